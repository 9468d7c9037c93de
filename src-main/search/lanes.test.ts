import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mostTrials } from '../../src-shared/limits';
import { readBatchTrials } from '../runs/tables/trials';
import { newRun, searchOf } from '../testing/search-fixture';
import { temporaryFolder } from '../testing/temporary-folder';
import { createState } from './search-state';
import { proposeBatch } from './lanes';

it('proposes at most the maximum number of children of a run, regardless of its budget', () => {
  const runs = temporaryFolder('cellsmith-propose-');
  const run = newRun(runs, { budget: { children: null, hours: 1, multiplyAdds: null } });
  try {
    const state = createState(searchOf(run).parts);
    run.database.script(`INSERT INTO batches (number, replica, learned) VALUES (1, 0, 1);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${mostTrials - 1})
      INSERT INTO trials (number, batch, state, replica, depth, decisions, log_probabilities, architecture_hash, parameters, multiply_adds, reward)
        SELECT i, 1, 'completed', 0, 1, '[]', '[]', 'h', 9, 9, 0.5 FROM n`);
    const last = proposeBatch(state, 0);
    expect(readBatchTrials(run.database, last?.number ?? 0).map(({ number }) => number)).toEqual([
      mostTrials,
    ]);
    expect(proposeBatch(state, 0)).toBeUndefined();
  } finally {
    run.close();
    rmSync(runs, { recursive: true });
  }
});
