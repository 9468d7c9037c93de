import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import './register';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  architectureFileText,
  parseArchitectureFile,
  architectureOfTrial,
} from '../../../src-shared/architecture-file/architecture-file';
import { presets } from '../../../src-shared/config/presets';
import { checkConfig } from '../../../src-shared/config/parse-config';
import { Generator } from '../../../src-shared/random';
import { outcomeOf } from '../../../src-shared/run/metric';
import { cacheDirectory } from '../../engine/provision/installation';
import { listRunFolders } from '../../runs/locations';
import { type OpenRun, openRunReadOnly } from '../../runs/run-folder';
import { readEpochs } from '../../runs/tables/epochs';
import { readBestTrials, readTrials } from '../../runs/tables/trials';
import { buildPrograms } from '../build-once';
import { cpuTrainers } from '../cpu-trainers';
import { startProgram } from '../program';
import { courseOf } from '../search-fixture';
import { temporaryFolder } from '../temporary-folder';
import { denseTask, type DenseSpace } from './dense-task';
import type { TableRecipe } from './table-data';

const space: DenseSpace = { kind: 'dense', layers: [1, 2], units: [2, 6, 12], activations: ['relu', 'tanh'] };
const recipe: TableRecipe = {
  kind: 'table',
  epochs: 6,
  batchSize: 16,
  learningRate: 0.05,
  validation: 0.25,
  timeLimit: null,
};
const { demo } = presets;
const configWith = (controller: object) => ({
  ...demo.config,
  preset: 'tables',
  name: 'Dense networks',
  space,
  recipe,
  controller,
  budget: { children: 9, hours: null, multiplyAdds: null },
  trainers: cpuTrainers(1),
});
const strategies = {
  random: { strategy: 'random', childrenPerUpdate: 3, replicas: 1, mode: 'asynchronous' },
  reinforce: { ...demo.config.controller, childrenPerUpdate: 3 },
};

let folder: string;
let data: string;
let programs: Awaited<ReturnType<typeof buildPrograms>>;
beforeAll(async () => {
  folder = temporaryFolder('cellsmith-third-');
  data = join(folder, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'points.csv'), points());
  // The engine stays where it is installed; only data sets and measurements are kept elsewhere.
  mkdirSync(join(folder, 'cache'));
  symlinkSync(join(cacheDirectory(), 'engine'), join(folder, 'cache', 'engine'), 'junction');
  programs = await buildPrograms({
    cli: 'src-main/testing/third-task/cli.ts',
    trainer: 'src-main/testing/third-task/trainer.ts',
  });
});
afterAll(() => {
  programs.remove();
  rmSync(folder, { recursive: true });
});

/** Points of three rings around the origin, and a column of noise: no straight line parts them. */
function points(): string {
  const draws = Generator.seeded(1);
  const rows = Array.from({ length: 300 }, (_, row) => {
    const [angle, radius] = [2 * Math.PI * draws.uniform(), 0.3 + (row % 3) + 0.3 * draws.uniform()];
    const values = [radius * Math.cos(angle), radius * Math.sin(angle), draws.uniform()];
    return [...values.map((value) => value.toFixed(4)), ['inner', 'middle', 'outer'][row % 3]].join(',');
  });
  return ['x,y,noise,ring', ...rows].join('\n');
}

const cellsmith = (...parameters: string[]) =>
  startProgram(parameters, { CELLSMITH_CACHE: join(folder, 'cache') }, programs.folder);

function inspect<T>(runs: string, look: (run: OpenRun) => T): T {
  const run = openRunReadOnly(listRunFolders(runs)[0] ?? 'no run');
  try {
    return look(run);
  } finally {
    run.close();
  }
}

it('the data of a third kind are described', async () => {
  const { code, stdout } = await cellsmith('data', 'describe', data).ended();
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/Classes +inner, middle, outer[^]*training +240/),
  ]);
});

it('the command line lists the options of a third kind, and says which are wrong', async () => {
  const { stdout } = await cellsmith('config', 'options').ended();
  expect(stdout).toMatch(/space\.units[^]*Numbers of units per layer to choose from/);
  const config = join(folder, 'wrong.json');
  writeFileSync(config, JSON.stringify({ ...configWith(strategies.random), recipe: demo.config.recipe }));
  const { code, stderr } = await cellsmith('search', '--config', config, '--data', data).ended();
  expect(code).not.toBe(0);
  expect(stderr).toContain("must be 'table' in a search for dense networks");
});

it('a search for a third kind is estimated by what its children take on this machine', async () => {
  const config = join(folder, 'estimated.json');
  writeFileSync(config, JSON.stringify(configWith(strategies.random)));
  const parameters = ['search', '--estimate', '--config', config, '--data', data, '--runs', folder];
  const { code, stdout, stderr } = await cellsmith(...parameters).ended();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    /Space +42 dense networks[^]*Epoch +11 steps of training, 4 of evaluation[^]*A child takes/,
  );
});

describe.each(['random', 'reinforce'] as const)('a search for a third kind of architecture by %s', (name) => {
  const searched = (runs: string): string[] => [
    ...['search', '--json', '--config', join(folder, `${name}.json`)],
    ...['--data', data, '--runs', join(folder, runs)],
  ];
  const [straight, stopped] = [`${name}-straight`, `${name}-stopped`];

  it('trains its children in real processes, to its end', async () => {
    const config = configWith(strategies[name]);
    expect(checkConfig(config).problems).toEqual([]);
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(config));
    const { code, stdout, stderr } = await cellsmith(...searched(straight)).ended();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/"controllerUpdated"/g)).toHaveLength(3);
    inspect(join(folder, straight), (run) => {
      const trials = readTrials(run.database);
      expect(trials).toHaveLength(9);
      for (const { number, state, measure, reward } of trials.filter((trial) => trial.reusedFrom === null)) {
        const epochs = readEpochs(run.database, number);
        expect(epochs.map(({ kind, epoch }) => [kind, epoch])).toEqual(
          [0, 1, 2, 3, 4, 5].map((epoch) => ['table', epoch]),
        );
        expect({ state, measure, reward }).toEqual({
          state: 'completed',
          ...outcomeOf(epochs, run.manifest.config.recipe),
        });
      }
      // Two classes in three would be wrong by chance.
      expect(Math.max(...trials.map(({ reward }) => reward ?? 0))).toBeGreaterThan(0.7);
    });
  });

  it('that is stopped is resumed to the same children, rewards and state of the strategy', async () => {
    const first = cellsmith(...searched(stopped));
    await first.sees(/"controllerUpdated"[^]*"epochEnded"/);
    first.process.kill('SIGINT');
    expect((await first.ended()).code).toBe(130);
    const run = listRunFolders(join(folder, stopped))[0] ?? 'no run';
    expect(
      inspect(join(folder, stopped), ({ database }) =>
        readTrials(database).some((trial) => trial.reward === null),
      ),
    ).toBe(true);
    const again = await cellsmith('search', '--json', '--resume', run).ended();
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(inspect(join(folder, stopped), courseOf)).toEqual(inspect(join(folder, straight), courseOf));
  });

  it('shows its run, its best child and the drawing of it', async () => {
    const run = listRunFolders(join(folder, straight))[0] ?? 'no run';
    const [best] = inspect(join(folder, straight), ({ database }) => readBestTrials(database, 1));
    const number = String(best?.number);
    const shown = await cellsmith('runs', 'show', run).ended();
    expect(shown.stdout).toMatch(/error rate\s+reward\s+dense network/);
    expect(shown.stdout).toMatch(/\d+ (relu|tanh), \d+ parameters/);
    const child = await cellsmith('runs', 'show', run, '--trial', number).ended();
    expect(child.stdout).toMatch(/3 inputs[^]*3 classes[^]*validation loss/);
    const drawn = await cellsmith('runs', 'export', run, number, '--format', 'svg').ended();
    expect([drawn.code, drawn.stdout]).toEqual([
      0,
      expect.stringMatching(/<svg[^]*3 inputs[^]*units[^]*3 classes/),
    ]);
    const listed = await cellsmith('runs', 'list', '--runs', join(folder, straight)).ended();
    expect(listed.stdout).toContain('Dense networks');
  });

  it('has a child that is trained longer by itself, and evaluated on the test split', async () => {
    const run = listRunFolders(join(folder, straight))[0] ?? 'no run';
    const [best] = inspect(join(folder, straight), ({ database }) => readBestTrials(database, 1));
    const alone = `${name}-alone`;
    const { code, stdout, stderr } = await cellsmith(
      ...['train', run, String(best?.number), '--set', 'recipe.epochs=12', '--test'],
      ...['--data', data, '--runs', join(folder, alone)],
    ).ended();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/test error rate \d+\.\d %/i);
    inspect(join(folder, alone), ({ manifest, database }) => {
      expect(manifest.config.space).toMatchObject({ kind: 'given', task: 'dense' });
      expect(readEpochs(database, 1)).toHaveLength(12);
    });
  });

  it('leaves architecture files that are read again', () => {
    inspect(join(folder, straight), ({ manifest, database }) => {
      const [best] = readBestTrials(database, 1);
      if (best === undefined) throw new Error('There is no best child.');
      const { id, config, dataset } = manifest;
      const file = architectureOfTrial({ id, config, dataset: dataset.description }, best);
      expect(parseArchitectureFile(architectureFileText(file), 'net.json')).toEqual(file);
      expect(file).toMatchObject({ kind: 'dense', task: { inputs: 3, classes: 3 } });
      expect(denseTask.hash(file.architecture as never)).toBe(best.architectureHash);
    });
  });
});
