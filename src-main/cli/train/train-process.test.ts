import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { architectureFileText, countsOf } from '../../../src-shared/architecture-file/architecture-file';
import { readSafetensors } from '../../children/safetensors';
import { listRunFolders } from '../../runs/locations';
import { writeFiles } from '../../testing/data/image-datasets';
import { runProgram, startProgram } from '../../testing/program';
import { temporaryFolder } from '../../testing/temporary-folder';
import { preparedLines, ptbFiles, tinyDataset } from '../../testing/data/tiny-dataset';
import { tinyArchitecture } from '../../testing/data/tiny-images';
import type { Evaluation } from '../../../src-shared/run/evaluation';
import type { EpochRecord } from '../../../src-shared/tasks/data-kinds';
import type { Trial } from '../../../src-shared/run/trial';
import { readArchitecture } from '../../export/trial-file';
import { childCheckpointPath, weightsPath } from '../../runs/child-files';
import { openRunReadOnly, type OpenRun } from '../../runs/run-folder';
import { summariseRun } from '../../runs/summarise-run';
import { readEpochs, readEvaluations } from '../../runs/tables/epochs';
import { readTrials } from '../../runs/tables/trials';
import { exitCodes } from '../exit-codes';
import { figure5Cell } from '../../../src-shared/testing/step-cell';

let folder: string;
let text: string;
beforeAll(() => {
  folder = temporaryFolder('cellsmith-trainings-');
  text = writeFiles(join(folder, 'text'), ptbFiles());
});
afterAll(() => rmSync(folder, { recursive: true }));

const environment = (): Record<string, string> => ({
  XDG_CACHE_HOME: join(folder, 'cache'),
  CELLSMITH_CACHE: engine,
});
/** The installed engine is used; only data sets are cached elsewhere. */
const engine =
  process.env['CELLSMITH_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/', '.cache'), 'cellsmith');

const eventsOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => z.looseObject({ type: z.string(), at: z.number() }).parse(JSON.parse(line)));
const head = { format: 'cellsmith-architecture', version: 2, origin: null } as const;
const small = ['--threads', '1', '--set', 'recipe.steps=8', '--set', 'recipe.batchSize=8'];
const sized = (parameters: number): string[] => ['--set', `recipe.size.parameters=${parameters}`];
const published = (cell: string): string[] => ['--cell', cell, '--data', text, ...small];
const train = (...more: string[]) => runProgram(['train', ...more], environment());
/** The JSON of a run's only child. */
function resultIn(folder: string): {
  readonly trial: Trial;
  readonly epochs: EpochRecord[];
  readonly evaluations: Evaluation[];
  readonly state: string;
  readonly config: OpenRun['manifest']['config'];
} {
  const run = openRunReadOnly(folder);
  try {
    const [trial, ...others] = readTrials(run.database);
    if (trial === undefined || others.length > 0) throw new Error('a run of one child was expected');
    return {
      trial,
      epochs: readEpochs(run.database, 1),
      evaluations: readEvaluations(run.database),
      state: summariseRun(run).state,
      config: run.manifest.config,
    };
  } finally {
    run.close();
  }
}
const architectureIn = (folder: string) => {
  const run = openRunReadOnly(folder);
  try {
    return readArchitecture(run, 1);
  } finally {
    run.close();
  }
};
/** The recorded openings of test splits, with their purposes. */
const testUses = (): string[] => {
  const uses = join(folder, 'cache', 'cellsmith', 'datasets', 'test-opened.jsonl');
  return existsSync(uses) ? readFileSync(uses, 'utf8').trim().split('\n') : [];
};

describe('a cell that a search has found', () => {
  it('is trained on characters: bits per character of every epoch, and of the test at the end', async () => {
    const runs = join(folder, 'runs');
    const search = ['search', '--json', '--preset', 'demo-cells', '--data', text, '--runs', runs];
    const quick = ['--children', '1', '--set', 'recipe.epochs=1', '--set', 'trainers.device=cpu'];
    expect((await runProgram([...search, ...quick, ...small, ...sized(5000)], environment())).code).toBe(0);
    const run = listRunFolders(runs)[0] ?? 'no run';
    expect(testUses()).toEqual([]);

    const output = join(runs, 'transferred');
    const { code, stdout, stderr } = await train(
      ...[run, '1', '--level', 'character', '--output', output, '--test'],
      ...[...small, ...sized(5000), '--set', 'recipe.epochs=3', '--set', 'recipe.learningRate=0.05'],
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/epoch 1 of 3: validation bits per character \d\.\d{3}, training \d\.\d{3}/);
    const [, test] = /test bits per character (\d\.\d{3})/.exec(stdout) ?? [];
    const { trial, epochs, evaluations, config } = resultIn(output);
    expect([trial.state, config.recipe]).toMatchObject(['completed', { kind: 'text', level: 'character' }]);
    expect(epochs).toHaveLength(3);
    // Less than a uniform guess among all characters, in the named unit.
    const file = architectureIn(output);
    const { vocabulary } = z.object({ vocabulary: z.number() }).parse(file.task);
    expect(vocabulary).toBeLessThan(40);
    expect(Number(test)).toBeLessThan(Math.log2(vocabulary));
    expect(evaluations).toMatchObject([{ trial: 1, split: 'test', draws: 0 }]);
    expect(Number(test)).toBeCloseTo(Math.log2(evaluations[0]?.metric ?? NaN), 3);
    expect(testUses()).toEqual([expect.stringContaining(`final test of child 1 of ${output}`)]);
    const list = await runProgram(['runs', 'list', '--runs', runs], environment());
    expect(list.stdout).toMatch(
      new RegExp(`transferred .*demo-cells-1 .*finished +1/1 +\\d\\.\\d{3} +${test ?? '–'}`),
    );
    const shown = await runProgram(['runs', 'show', output, '--trial', '1'], environment());
    expect(shown.stdout).toMatch(new RegExp(`Test +${test ?? '–'}`));
    expect(shown.stdout).toMatch(/Origin +child 1 of /);

    expect(file).toMatchObject({ kind: 'cell', task: { level: 'character' } });
    const { tensors } = readSafetensors(weightsPath(output, 1));
    expect(tensors.reduce((sum, { values }) => sum + values.length, 0)).toBe(file.parameters);

    // A child of the search itself, whose weights it has kept.
    expect((await runProgram(['runs', 'test', run, '2'], environment())).stderr).toMatch(/has no trial 2/);
    const best = await runProgram(['runs', 'test', run, '1'], environment());
    expect([best.code, best.stderr]).toEqual([0, '']);
    expect(best.stdout).toMatch(/^test perplexity \d+\.\d$/m);
    expect((await runProgram(['runs', 'test', run, '1'], environment())).stderr).toMatch(
      /a test is taken once/,
    );
    expect(resultIn(run).state).toBe('finished');
  });
});

describe('a published model', () => {
  it.each([
    ['rnn', []],
    ['lstm-large', ['--set', 'recipe.size.hidden=9']],
    ['nascell-shared', sized(3000)],
  ])('%s is trained by its recipe', async (cell, size) => {
    const output = join(folder, cell);
    const less = cell === 'rnn' ? sized(3000) : size;
    const { code, stdout } = await train(
      ...published(cell),
      ...[...less, '--json', '--output', output, '--set', 'recipe.epochs=2'],
    );
    expect(code).toBe(0);
    const events = eventsOf(stdout);
    expect(events[0]).toMatchObject({ type: 'runStarted', folder: output, resumed: false });
    expect(events.filter(({ type }) => type === 'epochEnded')).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ type: 'runEnded', outcome: 'finished' });
    expect(events.some(({ type }) => type === 'trialEvaluated')).toBe(false);
    expect(existsSync(weightsPath(output, 1))).toBe(true);
    expect(architectureIn(output)).toMatchObject({ kind: 'cell' });
  });

  it('is evaluated with dropout samples where it is published so', async () => {
    const output = join(folder, 'mc');
    const { code, stdout } = await train(
      ...published('variational-lstm-medium-mc'),
      ...['--set', 'recipe.size.hidden=9', '--set', 'recipe.dropout.samples=4', '--set', 'recipe.epochs=1'],
      ...['--output', output],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^validation perplexity \d+\.\d, averaged over 4 draws of dropout$/m);
    expect(resultIn(output).evaluations).toMatchObject([{ split: 'validation', draws: 4 }]);
  });
});

describe('a network of an architecture file', () => {
  const task = { height: 8, width: 8, channels: 3, classes: 4 };
  const network = { kind: 'conv', architecture: tinyArchitecture, task } as const;
  const { parameters, multiplyAdds } = countsOf(network);
  let source: string;
  let file: string;
  beforeAll(async () => {
    ({ source } = await tinyDataset(join(folder, 'images')));
    file = join(folder, 'net.json');
    writeFileSync(file, architectureFileText({ ...head, ...network, parameters, multiplyAdds }));
  });

  it('is trained on images, and tested when that is asked for', async () => {
    const output = join(folder, 'network');
    const { code, stdout, stderr } = await train(
      ...[file, '--data', source, '--output', output, '--test', '--json', '--threads', '1'],
      ...['--set', 'recipe.validation=30', '--set', 'recipe.batchSize=16', '--set', 'recipe.epochs=8'],
      ...['--set', 'recipe.augmentation.enlarge=none', '--set', 'recipe.augmentation.horizontalFlip=false'],
    );
    expect([code, stderr]).toEqual([0, '']);
    const test = eventsOf(stdout).find(({ type }) => type === 'trialEvaluated');
    expect(test?.['evaluation']).toMatchObject({ trial: 1, split: 'test', draws: 0 });
    expect(resultIn(output).evaluations[0]?.metric).toBeGreaterThan(0.5);
    expect(architectureIn(output)).toMatchObject({ kind: 'conv', parameters });
  });

  it('is trained once for each of several values, with the best first', async () => {
    const output = join(folder, 'grid');
    const { code, stdout, stderr } = await train(
      ...[file, '--data', source, '--output', output, '--test', '--threads', '1'],
      ...['--set', 'recipe.validation=30', '--set', 'recipe.batchSize=16', '--set', 'recipe.epochs=2'],
      ...['--set', 'recipe.augmentation.enlarge=none', '--vary', 'recipe.learningRate=0.0001,0.1'],
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/child 1, net learningRate=0\.0001: 506 parameters, 2 epochs/);
    expect(stdout).toMatch(/child 2, epoch 2 of 2: validation accuracy/);
    expect(stdout).toMatch(/child 2: test accuracy \d+\.\d\d %/);
    expect(stdout).toMatch(/^1 +2 .* net learningRate=0\.1: /m);
    const show = await runProgram(['runs', 'show', output, '--json'], environment());
    const { trials, evaluations } = z
      .looseObject({
        trials: z.array(z.looseObject({ state: z.string() })),
        evaluations: z.array(z.unknown()),
      })
      .parse(JSON.parse(show.stdout));
    expect([trials.map(({ state }) => state), evaluations.length]).toEqual([['completed', 'completed'], 2]);
  });

  it.each([
    ['resnet-20', 269_722 - 6 * 65],
    ['densenet-10-4', 8562 - 6 * 41],
  ])('%s is trained by its name', async (name, trained) => {
    const output = join(folder, name);
    const { code, stderr } = await train(
      ...['--network', name, '--data', source, '--output', output, '--threads', '1'],
      ...['--set', 'recipe.side=8', '--set', 'recipe.augmentation.enlargedSide=10'],
      ...['--set', 'recipe.validation=30', '--set', 'recipe.epochs=2', '--set', 'recipe.decay.kind=constant'],
    );
    expect([code, stderr]).toEqual([0, '']);
    // Four classes in place of ten.
    expect(resultIn(output).trial).toMatchObject({ state: 'completed', parameters: trained });
  });

  it('makes no folder where the data are too few for the validation split of its recipe', async () => {
    const output = join(folder, 'too', 'few');
    const { code, stderr } = await train(file, '--data', source, '--output', output);
    expect(code).toBe(exitCodes.usage);
    expect(stderr).toMatch(/A validation split of 5000 cannot be taken from \d+ training images/);
    expect(existsSync(join(folder, 'too'))).toBe(false);
  });
});

describe('Ctrl-C', () => {
  it('once ends after the epoch and keeps its weights', async () => {
    const output = join(folder, 'stopped');
    const program = startProgram(
      [
        'train',
        ...published('lstm-medium'),
        '--set',
        'recipe.size.hidden=9',
        '--set',
        'recipe.epochs=900',
        '--json',
        '--output',
        output,
        '--test',
      ],
      environment(),
    );
    await program.sees(/"epochEnded"/);
    program.process.kill('SIGINT');
    const { code, stdout, stderr } = await program.ended();
    expect(code).toBe(130);
    expect(stderr).toMatch(/Ending after the current epoch/);
    expect(eventsOf(stdout).at(-1)).toMatchObject({ type: 'runEnded', outcome: 'stopped' });
    const { trial, epochs, evaluations, state } = resultIn(output);
    expect(epochs).toHaveLength(eventsOf(stdout).filter(({ type }) => type === 'epochEnded').length);
    expect([state, trial.state, evaluations]).toEqual(['stopped', 'interrupted', []]);
    expect(existsSync(weightsPath(output, 1))).toBe(true);
  });
});

describe('a training that is resumed', () => {
  const begin = (output: string): string[] => [
    ...['train', ...published('lstm-medium'), '--set', 'recipe.size.hidden=30', '--set', 'recipe.epochs=12'],
    ...['--json', '--output', output],
  ];
  /** The result of a training without its times. */
  const resultOf = (output: string): unknown => ({
    epochs: resultIn(output).epochs.map((record) => ({ ...record, seconds: 0 })),
    weights: readSafetensors(weightsPath(output, 1)).tensors,
  });

  it('after it was killed resumes to the same result, and is tested once', async () => {
    const [straight, killed] = [join(folder, 'straight'), join(folder, 'killed')];
    expect((await runProgram(begin(straight), environment())).code).toBe(0);
    const program = startProgram(begin(killed), environment());
    await program.sees(/("epochEnded"[^]*){3}/);
    program.process.kill('SIGKILL');
    await program.ended();
    const before = resultIn(killed);
    expect(before.state).toBe('interrupted');
    expect(before.epochs.length).toBeGreaterThan(2);

    const { code, stdout } = await train('--resume', killed, '--json', '--threads', '1');
    expect(code).toBe(0);
    const restored = eventsOf(stdout).find(({ type }) => type === 'trialRestored');
    expect(z.array(z.unknown()).parse(restored?.['epochs']).length).toBeGreaterThanOrEqual(
      before.epochs.length,
    );
    expect(resultOf(killed)).toEqual(resultOf(straight));
    expect(existsSync(childCheckpointPath(killed, 1))).toBe(false);

    expect((await train('--resume', killed)).stderr).toMatch(/has been trained through all of its epochs/);
    const tested = await train('--resume', killed, '--test', '--threads', '1');
    expect(tested.code).toBe(0);
    expect(tested.stdout).toMatch(/^test perplexity \d+\.\d$/m);
    expect((await train('--resume', killed, '--test')).stderr).toMatch(/a test is taken once/);
    expect(testUses().filter((use) => use.includes(killed))).toHaveLength(1);
  });

  it('resumes only with the data that it was started with', async () => {
    const output = join(folder, 'other data');
    const program = startProgram([...begin(output), '--set', 'recipe.epochs=900'], environment());
    await program.sees(/"epochEnded"/);
    const locked = await train('--resume', output);
    expect([locked.code, locked.stderr]).toEqual([5, expect.stringContaining('is being written by process')]);
    program.process.kill('SIGINT');
    await program.ended();
    const other = writeFiles(join(folder, 'other text'), {
      ...ptbFiles(),
      'ptb.train.txt': preparedLines(100, 9),
    });
    const refused = await train('--resume', output, '--data', other);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/does not contain the data set/);
    expect((await train('--resume', output, '--seed', '3')).stderr).toMatch(/--seed cannot be changed/);
  });
});

describe('a training of an earlier release', () => {
  const fixtures = join(import.meta.dirname, '../../runs/fixtures/trainings');
  const copied = (name: string): string => {
    const output = join(folder, `old ${name}`);
    cpSync(join(fixtures, name), output, { recursive: true });
    return output;
  };

  it('that was killed resumes from its checkpoint to what that release came to', async () => {
    const output = copied('cell');
    expect(resultIn(output)).toMatchObject({ state: 'interrupted', trial: { state: 'interrupted' } });
    const before = resultIn(output).epochs;
    expect(before).toHaveLength(2);
    const { code, stdout, stderr } = await train(
      '--resume',
      output,
      '--data',
      text,
      '--threads',
      '1',
      '--test',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/child 1: resumes after epoch 2/);
    const { trial, epochs, evaluations } = resultIn(output);
    expect(epochs.slice(0, 2)).toEqual(before);
    expect(epochs).toHaveLength(60);
    // The result of the release that stored the training, uninterrupted, and that of a training from the start now.
    const { perplexities } = z
      .object({ perplexities: z.array(z.number()) })
      .parse(JSON.parse(readFileSync(join(fixtures, 'cell-straight.json'), 'utf8')));
    const curve = epochs.map((epoch) =>
      'validationPerplexity' in epoch ? epoch.validationPerplexity : null,
    );
    expect(curve).toEqual(perplexities);
    expect([trial.state, evaluations]).toMatchObject(['completed', [{ split: 'test', draws: 0 }]]);
    expect(existsSync(weightsPath(output, 1))).toBe(true);

    const again = join(folder, 'cell again');
    const file = join(fixtures, 'cell/architecture.json');
    const recipe = ['recipe.size.parameters=5000', 'recipe.learningRate=0.05', 'recipe.epochs=60'];
    const settings = recipe.flatMap((setting) => ['--set', setting]);
    const straight = await train(
      ...[file, '--preset', 'demo-cells', '--data', text, ...small, ...settings, '--output', again],
    );
    expect([straight.code, straight.stderr]).toEqual([0, '']);
    expect(
      resultIn(again).epochs.map((epoch) =>
        'validationPerplexity' in epoch ? epoch.validationPerplexity : null,
      ),
    ).toEqual(perplexities);
  });

  it('that is complete keeps its figures, and is tested once', async () => {
    const output = copied('lstm');
    expect((await train('--resume', output)).stderr).toMatch(/through all of its epochs/);
    const { code, stdout, stderr } = await train(
      '--resume',
      output,
      '--data',
      text,
      '--test',
      '--threads',
      '1',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^test perplexity \d+\.\d, averaged over 4 draws of dropout$/m);
    expect(resultIn(output).evaluations).toMatchObject([
      { split: 'test', draws: 4 },
      { split: 'validation', draws: 4 },
    ]);
    expect((await train('--resume', output, '--data', text, '--test')).stderr).toMatch(
      /a test is taken once/,
    );
    expect((await train('--resume', copied('network'), '--test')).stderr).toMatch(/a test is taken once/);
  });
});

describe('what cannot be trained', () => {
  it.each([
    [['train'], 2, /Name what to train/],
    [['train', '--cell', 'gru'], 2, /gru.*lstm-medium/],
    [['train', '--cell', 'rnn'], 2, /needs a data set.*--data/],
    [['train', 'x.json', '--cell', 'rnn'], 2, /either x\.json or/],
    [['train', 'x.json', '--network', 'resnet-20'], 2, /either x\.json or the published resnet-20/],
    [['train', '--cell', 'rnn', '--network', 'resnet-20'], 2, /cannot be used with option/],
    [['train', 'nowhere.json', '--data', '.'], 2, /nowhere\.json cannot be read as an architecture file/],
    [['train', 'no-run', 'two'], 2, /'two' is not a child number/],
    [['train', '--resume', 'nowhere'], 5, /No run "nowhere"/],
    [['train', 'no-run', '2'], 5, /No run "no-run"/],
    [['train', '--cell', 'rnn', '--data', '.', '--set', 'space.base=4'], 2, /Options of space/],
    [['train', '--cell', 'rnn', '--data', '.', '--preset', 'v1'], 2, /v1 is for image classification/],
  ])('%j ends with %i and a sentence', async (parameters, exit, sentence) => {
    const { code, stdout, stderr } = await runProgram(parameters, environment());
    expect([code, stdout]).toEqual([exit, '']);
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses a cell of base 32 at its file, before data are read', async () => {
    const sum = { combination: 'add', activation: 'tanh' } as const;
    const cell = { ...figure5Cell, base: 32, nodes: Array.from({ length: 63 }, () => sum) };
    const task = { level: 'word', vocabulary: 20, layers: 1, hidden: 9, sharedEmbeddings: false } as const;
    const network = { kind: 'cell', architecture: cell, task } as const;
    const [file, output] = [join(folder, 'base32.json'), join(folder, 'base32')];
    writeFileSync(file, architectureFileText({ ...head, ...network, ...countsOf(network) }));
    const { code, stderr } = await train(file, '--data', join(folder, 'nowhere'), '--output', output);
    expect(code).toBe(2);
    expect(stderr).toMatch(/architecture\.base: must be one of 2, 4, 8, 16/);
    expect(existsSync(output)).toBe(false);
  });

  it('leaves no folder, and does not touch one that is not empty', async () => {
    const images = join(import.meta.dirname, '../../../assets/cifar10-sample.tar.gz');
    const output = join(folder, 'nothing');
    const wrong = await train('--cell', 'rnn', '--data', images, '--output', output);
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toMatch(/a text is needed/);
    expect(existsSync(output)).toBe(false);
    const full = await train(...published('rnn'), '--output', text);
    expect(full.code).toBe(2);
    expect(full.stderr).toMatch(/is not empty: name a new folder/);
    expect(readdirSync(text)).toHaveLength(3);
  });

  it('reports divergence, and keeps its record', async () => {
    const output = join(folder, 'diverged');
    const sum = { combination: 'add', activation: 'identity' } as const;
    const cell = { ...figure5Cell, nodes: [sum, sum, sum], inject: sum };
    const task = { level: 'word', vocabulary: 20, layers: 1, hidden: 9, sharedEmbeddings: false } as const;
    const network = { kind: 'cell', architecture: cell, task } as const;
    const file = join(folder, 'sums.json');
    writeFileSync(file, architectureFileText({ ...head, ...network, ...countsOf(network) }));
    const { code, stderr } = await train(
      ...[file, '--data', text, ...small, '--output', output],
      ...['--set', 'recipe.learningRate=10', '--set', 'recipe.clipNorm=null', '--set', 'recipe.epochs=50'],
    );
    const { trial, state } = resultIn(output);
    expect([code, state, trial.state]).toEqual([1, 'failed', 'failed']);
    expect(stderr).toMatch(/The loss became/);
    expect(trial.failure).toMatchObject({
      reason: 'diverged',
      message: expect.stringMatching(/The loss became/) as string,
    });
    expect(existsSync(weightsPath(output, 1))).toBe(false);
  });
});
