import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { proposeOne } from '../testing/synthetic-strategy';
import { imageDatasetDescriptionSchema } from '../../src-shared/tasks/images/image-description';
import { textDatasetDescriptionSchema } from '../../src-shared/tasks/text/text-description';
import { parseConfig } from '../../src-shared/config/parse-config';
import { createRun } from '../runs/run-folder';
import { insertBatch } from '../runs/tables/batches';
import { insertEpoch } from '../runs/tables/epochs';
import { insertTrial } from '../runs/tables/trials';
import { runProgram } from '../testing/program';
import { searchOf } from '../testing/search-fixture';
import { runDescription } from '../testing/run-description';
import { epochOf } from '../testing/synthetic-pool';
import { temporaryFolder } from '../testing/temporary-folder';
import { runSearch } from '../search/search';

let folder: string;
let environment: Record<string, string>;
beforeAll(() => {
  folder = temporaryFolder('cellsmith-cli-');
  environment = { CELLSMITH_RUNS: join(folder, 'runs'), XDG_CACHE_HOME: join(folder, 'cache') };
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...parameters: string[]) => runProgram(parameters, environment);
const errorOf = (stderr: string) =>
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }).parse(JSON.parse(stderr)).error;

describe('help', () => {
  it('names the commands with examples and exit codes', async () => {
    const { code, stdout, stderr } = await run('--help');
    expect([code, stderr]).toEqual([0, '']);
    for (const word of ['search', 'engine', 'data', 'runs', 'config', 'Examples:', 'Exit codes:', '130'])
      expect(stdout).toContain(word);
    expect((await run()).stdout).toBe(stdout);
    expect((await run('search', '--help')).stdout).toContain('--resume <run>');
    expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('wrong usage', () => {
  it.each([
    [['bogus'], /Unknown command 'bogus'/],
    [['search', '--sead', '3'], /Unknown option '--sead'.*Did you mean --seed/],
    [['search', '--children', '0'], /--children.*1 or more/],
    [['search', '--preset', 'v9'], /v9.*demo, laptop, v1/],
    [['search', '--preset', 'labtop'], /Did you mean laptop\?/],
    [['config', 'show', 'demo-cell'], /Did you mean demo-cells\?/],
    [['search', '--preset', 'v1'], /needs a data set.*--data/],
    [['search', '--set', 'recipe.epoch=3'], /no option 'recipe.epoch'.*recipe.epochs/],
    [['search', '--set', 'recipe.rewardEpochs=99'], /rewardEpochs/],
    [['search', '--config', '/nowhere.json'], /nowhere\.json cannot be read/],
    [['search', '--resume', 'x', '--seed', '1'], /--seed cannot be changed/],
    [['search', '--resume', 'x', '--config', 'y'], /--config cannot be changed/],
    [['runs', 'show', 'x', '--trial', 'one'], /--trial.*whole number/],
    [['data', 'describe'], /Missing required argument 'path'/],
  ])('%j ends with 2 and a sentence', async (parameters, sentence) => {
    const { code, stdout, stderr } = await run(...parameters);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('is written as JSON with --json', async () => {
    const { code, stderr } = await run('search', '--preset', 'v2', '--json');
    expect(code).toBe(2);
    expect(errorOf(stderr)).toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('--data') as string,
    });
  });
});

describe('data describe', () => {
  it('describes the sample of CIFAR-10', async () => {
    const sample = join(import.meta.dirname, '../../assets/cifar10-sample.tar.gz');
    const { code, stdout } = await run('data', 'describe', sample, '--json');
    expect(code).toBe(0);
    const description = imageDatasetDescriptionSchema.parse(JSON.parse(stdout));
    expect(description.classes).toHaveLength(10);
    const table = (await run('data', 'describe', sample)).stdout;
    expect(table).toContain(description.fingerprint);
    expect(table).toMatch(/airplane +200 +50/);
  });

  it('describes the sample text', async () => {
    const sample = join(import.meta.dirname, '../../assets/tinyshakespeare.txt');
    const { code, stdout } = await run('data', 'describe', sample, '--json');
    expect(code).toBe(0);
    const description = textDatasetDescriptionSchema.parse(JSON.parse(stdout));
    expect(description.vocabularySize).toBe(10_000);
    const table = (await run('data', 'describe', sample)).stdout;
    expect(table).toContain(description.fingerprint);
    expect(table).toMatch(new RegExp(`validation +${description.splits.valid.tokens} `));
  });

  it('exits with 3 and a message if there is no data set', async () => {
    const nowhere = await run('data', 'describe', join(folder, 'nowhere'));
    expect([nowhere.code, nowhere.stdout]).toEqual([3, '']);
    expect(nowhere.stderr).toMatch(/nowhere does not exist/);
    mkdirSync(join(folder, 'letters'));
    writeFileSync(join(folder, 'letters', 'letter.txt'), 'Dear all');
    const letters = await run('data', 'describe', join(folder, 'letters'), '--json');
    expect(letters.code).toBe(3);
    expect(errorOf(letters.stderr).code).toMatch(/^data\./);
    const search = await run('search', '--data', join(folder, 'nowhere'));
    expect(search.code).toBe(3);
  });
});

describe('config', () => {
  it('prints presets that can be read again, and every option', async () => {
    const { stdout } = await run('config', 'show', 'v3');
    expect(parseConfig(JSON.parse(stdout)).preset).toBe('v3');
    expect((await run('config', 'presets')).stdout).toMatch(/v3-more-filters/);
    const options = (await run('config', 'options', '--json')).stdout.trim().split('\n');
    expect(options.map((line) => z.object({ option: z.string() }).parse(JSON.parse(line)).option)).toContain(
      'recipe.epochs',
    );
  });
});

describe('runs', () => {
  it('are listed and shown, broken ones too', async () => {
    const runs = join(folder, 'runs of the test');
    const here = { ...environment, CELLSMITH_RUNS: runs };
    const shown = (...parameters: string[]) => runProgram(['runs', ...parameters], here);
    expect((await shown('list')).stdout).toContain('There are no runs');

    const made = createRun(
      { within: runs },
      runDescription({ name: 'A first try', budget: { children: 12, hours: null, multiplyAdds: null } }),
    );
    await runSearch(
      searchOf(made, {
        result: (job) =>
          job.trial === 3
            ? { outcome: 'failed', reason: 'diverged', message: 'The loss was not finite.', epochs: [] }
            : { outcome: 'completed', stopped: false, epochs: [epochOf(0, 0.3 + job.trial / 100)] },
      }).parts,
    );
    made.close();
    const broken = createRun({ within: runs }, runDescription());
    broken.close();
    writeFileSync(join(broken.folder, 'run.json'), '{');
    const name = made.folder.slice(runs.length + 1);

    const list = (await shown('list')).stdout;
    expect(list).toMatch(new RegExp(`${name} +A first try +finished +12/12 +42.00 %`));
    expect(list).toContain(`${join(broken.folder, 'run.json')} is damaged`);
    const lines = (await shown('list', '--json')).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({
        run: name,
        state: 'finished',
        children: { ended: 12, failed: 1, reused: 0 },
      }),
    );

    const show = (await shown('show', name)).stdout;
    expect(show).toMatch(/1 +12 +42\.00 % +0\.0741 +3 layers/);
    expect(show).toMatch(/diverged +1 +3 +The loss was not finite\./);
    const child = (await shown('show', made.folder, '--trial', '12')).stdout;
    expect(child).toMatch(/convolution, \d+ filters? +image/);
    expect(child).toMatch(/total/);
    const trials = z
      .object({ trials: z.array(z.object({ number: z.int() })) })
      .parse(JSON.parse((await shown('show', name, '--json')).stdout)).trials;
    expect(trials).toHaveLength(12);

    const missing = await shown('show', name, '--trial', '99');
    expect(missing).toMatchObject({ code: 5, stdout: '' });
    expect((await shown('show', broken.folder)).code).toBe(5);
    expect((await shown('show', 'nothing')).stderr).toMatch(/No run "nothing"/);
  });

  it('can be shown while another process writes them', async () => {
    const runs = join(folder, 'open runs');
    const open = createRun({ within: runs }, runDescription());
    try {
      insertBatch(open.database, { number: 1, replica: 0, learned: false, parametersVersion: 0 });
      const { parts } = searchOf(open);
      const proposal = proposeOne(parts.strategy);
      const { hash, parameters, multiplyAdds } = parts.candidateOf(proposal.depth, proposal.decisions);
      insertTrial(
        open.database,
        {
          number: 1,
          state: 'running',
          replica: 0,
          depth: proposal.depth,
          decisions: proposal.decisions.map((one) => (typeof one === 'number' ? one : [...one])),
          logProbabilities: [...(proposal.logProbabilities ?? [])],
          architectureHash: hash,
          parameters,
          multiplyAdds,
          reward: null,
          measure: null,
          failure: null,
          reusedFrom: null,
          retries: 0,
          batchSize: null,
          endedBy: null,
          startedAt: 1,
          endedAt: null,
        },
        1,
      );
      insertEpoch(open.database, 1, epochOf(0, 0.25));
      const shown = await runProgram(['runs', 'show', open.folder, '--trial', '1'], environment);
      expect(shown.stdout).toMatch(/State +running/);
      expect(shown.stdout).toMatch(/25\.00 %/);
      expect((await runProgram(['runs', 'show', open.folder], environment)).stdout).toMatch(/State +running/);
      const locked = await runProgram(['search', '--resume', open.folder], environment);
      expect(locked.code).toBe(5);
      expect(locked.stderr).toContain(`process ${process.pid}`);
    } finally {
      open.close();
    }
  });
});
