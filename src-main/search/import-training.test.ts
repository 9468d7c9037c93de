import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readArchitecture } from '../export/trial-file';
import { childCheckpointPath, hasWeights } from '../runs/child-files';
import { currentCheckpoint, readCheckpoint } from '../runs/checkpoint';
import { findRunFolder, listRunFolders } from '../runs/locations';
import { openRun, openRunReadOnly, type OpenRun } from '../runs/run-folder';
import { summariseRun } from '../runs/summarise-run';
import { readEpochs, readEvaluations } from '../runs/tables/epochs';
import { readTrials } from '../runs/tables/trials';
import { temporaryFolder } from '../testing/temporary-folder';
import { strategyOf } from './candidate';
import { importTraining } from './import-training';

const fixtures = join(import.meta.dirname, '../runs/fixtures/trainings');
let runs: string;
beforeEach(() => {
  runs = temporaryFolder('cellsmith-old-');
  for (const name of ['cell', 'lstm', 'network'])
    cpSync(join(fixtures, name), join(runs, name), { recursive: true });
  return () => rmSync(runs, { recursive: true });
});

function contentsOf(run: OpenRun) {
  const { database } = run;
  return {
    summary: summariseRun(run),
    trials: readTrials(database),
    epochs: readEpochs(database, 1),
    evaluations: readEvaluations(database),
    architecture: readArchitecture(run, 1),
    config: run.manifest.config,
  };
}
function read(name: string) {
  const run = openRunReadOnly(join(runs, name));
  try {
    return contentsOf(run);
  } finally {
    run.close();
  }
}

describe('a training of an earlier release', () => {
  it('is listed and read as the run of one given child, and nothing is written', () => {
    expect(listRunFolders(runs)).toEqual(['cell', 'lstm', 'network'].map((name) => join(runs, name)));
    expect(findRunFolder('net', runs)).toBe(join(runs, 'network'));
    const network = read('network');
    expect(network.summary).toMatchObject({
      ...{ name: 'net', state: 'finished', strategy: 'fixed', measure: 'accuracy' },
      children: { ended: 1, failed: 0 },
      best: { number: 1, measure: network.trials[0]?.measure },
      test: { number: 1, metric: 1 },
    });
    expect(network.epochs).toHaveLength(3);
    expect(network.trials).toMatchObject([{ state: 'completed', parameters: 506, decisions: [0] }]);
    expect(network.architecture).toMatchObject({ kind: 'conv', parameters: 506, task: { classes: 4 } });
    const cell = read('cell');
    expect(cell.summary).toMatchObject({ state: 'interrupted', best: null, test: null });
    expect(cell.epochs).toHaveLength(2);
    expect(cell.architecture).toMatchObject({ kind: 'cell', parameters: 4817, task: { hidden: 22 } });
    expect(cell.config.space).toMatchObject({ kind: 'given', children: [{ origin: { trial: 1 } }] });
    const lstm = read('lstm');
    expect(lstm.evaluations).toMatchObject([{ split: 'validation', draws: 4, metric: 18.09069748488097 }]);
    expect(lstm.architecture).toMatchObject({ architecture: { kind: 'lstm' }, parameters: 1767 });
    for (const name of ['cell', 'lstm', 'network'])
      expect(existsSync(join(runs, name, 'run.json'))).toBe(false);
  });

  it.each(['cell', 'lstm', 'network'])('becomes a run in its folder: %s', (name) => {
    const before = read(name);
    // An import that was killed has left some of it.
    mkdirSync(join(runs, name, 'children'));
    importTraining(join(runs, name));
    const run = openRun(join(runs, name));
    try {
      expect(contentsOf(run)).toEqual({
        ...before,
        summary: { ...before.summary, state: 'running', activeFor: 0 },
      });
      expect(hasWeights(run.folder, 1)).toBe(name !== 'cell');
      expect(existsSync(childCheckpointPath(run.folder, 1))).toBe(name === 'cell');
      const reference = currentCheckpoint(run.database);
      const strategy = strategyOf(run.manifest.config);
      if (reference !== undefined) strategy.restore(readCheckpoint(run.folder, reference));
      expect([strategy.proposals, strategy.awaited().size]).toEqual([1, name === 'cell' ? 1 : 0]);
    } finally {
      run.close();
    }
    const manifest = readFileSync(join(runs, name, 'run.json'), 'utf8');
    importTraining(join(runs, name));
    expect(readFileSync(join(runs, name, 'run.json'), 'utf8')).toBe(manifest);
  });
});
