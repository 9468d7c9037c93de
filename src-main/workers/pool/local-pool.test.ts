import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { ConvArchitecture } from '../../../src-shared/architecture/conv/conv-architecture';
import type { ImageRecipe } from '../../../src-shared/tasks/images/image-recipe';
import type { ChildResult } from '../../../src-shared/run/child-event';
import { readSafetensors } from '../../children/safetensors';
import { tinyDataset } from '../../testing/data/tiny-dataset';
import { tinyArchitecture, tinyRecipe } from '../../testing/data/tiny-images';
import { hearing } from '../../testing/hearing';
import { untilStill } from '../../testing/until-still';
import { localPool, type LocalPoolOptions } from './local-pool';
import type { TrainerPool } from '../trainer-pool';
import { forkTrainer } from '../trainer-process';
import type { TrialJob } from '../protocol';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-pool-'));
let data: string;
beforeAll(async () => {
  data = (await tinyDataset(folder)).trainFolder;
});
afterAll(() => rmSync(folder, { recursive: true }));

const pools: TrainerPool[] = [];
const pids: number[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((made) => made.close()));
  // Closed means gone: no test leaves a process behind.
  expect(pids.splice(0).filter(isAlive)).toEqual([]);
});

/** Starts the real trainer and remembers its process. */
const spawnTrainer: LocalPoolOptions['spawn'] = (environment) => {
  const trainer = forkTrainer(join(inject('programs'), 'trainer.js'))(environment);
  trainer.onMessage((message) => {
    const { type, pid } = message as { type: string; pid: number };
    if (type === 'ready') pids.push(pid);
  });
  return trainer;
};

/** A pool on the real trainer, one process on one thread unless said otherwise. */
function pool(options: Partial<LocalPoolOptions> = {}): TrainerPool {
  const trainers = { count: 1, threads: 1, device: 'cpu' } as const;
  const made = localPool({ trainers, spawn: spawnTrainer, ...options });
  pools.push(made);
  return made;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const newest = (): number => pids.at(-1) ?? 0;

function job(
  trial: number,
  recipe: Partial<ImageRecipe> = {},
  { weights = null, checkpoint = null }: Partial<Pick<TrialJob, 'weights' | 'checkpoint'>> = {},
): TrialJob {
  return {
    trial,
    child: { kind: 'images', architecture: tinyArchitecture, recipe: { ...tinyRecipe, ...recipe } },
    seed: 7,
    data,
    weights,
    checkpoint,
  };
}

/** Long enough that only an end from outside ends it. */
const endless: Partial<ImageRecipe> = { epochs: 10_000, decay: { kind: 'constant' }, learningRate: 0.01 };

function reasonOf(result: ChildResult): string {
  return result.outcome === 'failed' ? `${result.reason}: ${result.message}` : result.outcome;
}

function withoutTime({ epochs }: ChildResult): unknown {
  return epochs.map((record) => ({ ...record, seconds: 0 }));
}

describe('a pool of trainer processes', () => {
  it('trains a child, reports its epochs as they end, and writes its weights', async () => {
    const weights = join(folder, 'child.safetensors');
    const heard: string[] = [];
    const result = await pool().run(job(3, {}, { weights }), {
      onEvent: hearing({
        trialStarted: ({ trainer }) => heard.push(`trainer ${trainer}`),
        epochEnded: ({ record }) => heard.push(`epoch ${record.epoch}`),
        trialProgress: ({ step, steps }) => expect(step).toBeLessThanOrEqual(steps),
      }),
    });
    expect(result).toMatchObject({ outcome: 'completed', stopped: false });
    expect(heard).toEqual(['trainer 1', 'epoch 0', 'epoch 1', 'epoch 2']);
    const file = readSafetensors(weights);
    expect(JSON.parse(file.metadata['epochs'] ?? '')).toEqual(result.epochs);
    expect(file.tensors.map(({ name }) => name)).toContain('layer4/moving_variance');
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('gives the same result for the same job, in any process, and replaces processes', async () => {
    const shared = pool({ childrenPerProcess: 2 });
    const results: unknown[] = [];
    for (const trial of [1, 2, 3]) results.push(withoutTime(await shared.run(job(trial))));
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    expect(pids.length).toBe(2);
  });

  it('replaces a process that has grown beyond its limit since its first child', async () => {
    const renewing = pool({ memoryGrowth: -1 });
    for (const trial of [1, 2]) await renewing.run(job(trial, { epochs: 1, rewardEpochs: 1 }));
    expect(pids.length).toBe(2);
    const keeping = pool({ memoryGrowth: 2 ** 40 });
    for (const trial of [1, 2]) await keeping.run(job(trial, { epochs: 1, rewardEpochs: 1 }));
    expect(pids.length).toBe(3);
  });

  it('ends a cancelled child after its step, and trains the next in the same process', async () => {
    const shared = pool();
    const unwanted = new AbortController();
    const heard: number[] = [];
    const result = await shared.run(job(1, endless), {
      afterStep: unwanted.signal,
      onEvent: hearing({
        epochEnded: ({ record: { epoch } }) => {
          heard.push(epoch);
          if (epoch === 1) unwanted.abort();
        },
      }),
    });
    expect(result).toMatchObject({ outcome: 'cancelled', epochs: [{ epoch: 0 }, { epoch: 1 }] });
    expect(heard).toEqual([0, 1]);
    expect(withoutTime(await shared.run(job(2)))).toEqual(withoutTime(await pool().run(job(2))));
    expect(pids.length).toBe(2);
  });

  it('trains one child per trainer in parallel, the others in turn', async () => {
    const shared = pool({ trainers: { count: 2, threads: 1, device: 'cpu' } });
    const order: string[] = [];
    const results = await Promise.all(
      [1, 2, 3].map((trial) =>
        shared
          .run(job(trial), {
            onEvent: hearing({ trialStarted: ({ trainer }) => order.push(`${trial} on ${trainer}`) }),
          })
          .finally(() => order.push(`${trial} done`)),
      ),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(['completed', 'completed', 'completed']);
    expect(new Set(order.slice(0, 2))).toEqual(new Set(['1 on 1', '2 on 2']));
    expect(order.findIndex((entry) => entry.startsWith('3 on'))).toBeGreaterThan(
      order.findIndex((entry) => entry.endsWith('done')),
    );
  });
});

describe('a child that fails is recorded with its reason, and the next one trains:', () => {
  /** The next child of the same pool completes, in a fresh process. */
  async function expectNextToTrain(shared: TrainerPool): Promise<void> {
    expect(await shared.run(job(99))).toMatchObject({ outcome: 'completed' });
    expect(pids.length).toBe(2);
  }

  it('crashed, when its process is killed in the middle of an epoch', async () => {
    const shared = pool();
    const result = await shared.run(job(1, endless), {
      onEvent: hearing({ epochEnded: () => process.kill(newest(), 'SIGKILL') }),
    });
    expect(reasonOf(result)).toMatch(/^crashed: .*SIGKILL/);
    expect(result.epochs.length).toBeGreaterThan(0);
    await expectNextToTrain(shared);
  });

  it('diverged, when it learns much too fast', async () => {
    const shared = pool();
    const faster: TrialJob = {
      ...job(1),
      child: {
        kind: 'images',
        architecture: { ...tinyArchitecture, learningRate: 1e6 },
        recipe: { ...tinyRecipe, ...endless },
      },
    };
    expect(reasonOf(await shared.run(faster))).toMatch(/^diverged: .*step \d+ of epoch \d+/);
    await expectNextToTrain(shared);
  });

  it('timeLimit, when it takes too long', async () => {
    const shared = pool();
    const result = await shared.run(job(1, { ...endless, timeLimit: 1.5 }));
    expect(reasonOf(result)).toMatch(/^timeLimit: .*1\.5 s/);
    await expectNextToTrain(shared);
  });

  it('silent, when its process hangs and must be killed', async () => {
    const patience = { first: 60_000, least: 1000, steps: 1 };
    const shared = pool({ patience, grace: 200 });
    const result = await shared.run(job(1, endless), {
      onEvent: hearing({ epochEnded: () => process.kill(newest(), 'SIGSTOP') }),
    });
    expect(reasonOf(result)).toMatch(/^silent: The trainer was silent for \d+ s/);
    await expectNextToTrain(shared);
  });

  it('invalid, when the network or the recipe is invalid', async () => {
    const shared = pool();
    const [first, ...others] = tinyArchitecture.nodes;
    if (!first) throw new Error('no node');
    const sum = { kind: 'add', inputs: [0, 1] } as const;
    const architecture = { ...tinyArchitecture, nodes: [first, sum, ...others.slice(1)] };
    const result = await shared.run({
      ...job(1),
      child: { kind: 'images', architecture, recipe: tinyRecipe },
    });
    expect(reasonOf(result)).toMatch(/^invalid: .*adds maps of different shapes/);
    await expectNextToTrain(shared);
  });

  it.runIf(process.platform === 'linux')('outOfMemory, when it needs more than there is', async () => {
    const shared = pool();
    // One map of 96 × 8 × 8 × 24,000 floats, 563 MiB. TensorFlow waits 10 s for memory before it gives up.
    const architecture: ConvArchitecture = {
      kind: 'conv',
      nodes: [
        { kind: 'padChannels', channels: 24_000, inputs: [0] },
        { kind: 'globalAveragePooling', inputs: [1] },
        { kind: 'dense', units: 'classes', bias: true, inputs: [2] },
      ],
    };
    const result = await shared.run(
      {
        ...job(1),
        child: { kind: 'images', architecture, recipe: { ...tinyRecipe, batchSize: 96 } },
      },
      { onEvent: hearing({ trialStarted: () => limitMemory(newest(), 300 * 2 ** 20) }) },
    );
    expect(reasonOf(result)).toMatch(/^outOfMemory: /);
    await expectNextToTrain(shared);
  });
});

/** Limits a process's address space to this many bytes beyond its current use. */
function limitMemory(pid: number, more: number): void {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[0]);
  // From util-linux, which every Linux has.
  const tool = 'prlimit';
  execFileSync(tool, [`--pid=${pid}`, `--as=${pages * 4096 + more}`]);
}

describe('a child with a checkpoint', () => {
  it('resumes in another process when its own is killed, with bit-identical results', async () => {
    const recipe = { epochs: 6 };
    const straight = withoutTime(await pool().run(job(1, recipe)));
    const checkpoint = { file: join(folder, 'kept.safetensors'), everyEpochs: 1 };
    const shared = pool();
    const killed = await shared.run(job(1, recipe, { checkpoint }), {
      onEvent: hearing({
        epochEnded: ({ record }) => record.epoch === 2 && process.kill(newest(), 'SIGKILL'),
      }),
    });
    expect(reasonOf(killed)).toMatch(/^crashed: /);
    const begun: number[] = [];
    const ended: number[] = [];
    const result = await shared.run(job(1, recipe, { checkpoint }), {
      onEvent: hearing({
        trialRestored: ({ epochs }) => begun.push(epochs.length),
        epochEnded: ({ record }) => ended.push(record.epoch),
      }),
    });
    expect(begun[0]).toBeGreaterThanOrEqual(3);
    expect(ended).toEqual([0, 1, 2, 3, 4, 5].slice(begun[0]));
    expect(withoutTime(result)).toEqual(straight);
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

it('weights that cannot be written are an error of the folder, not of the child', async () => {
  const shared = pool();
  const run = shared.run(job(1, {}, { weights: join(folder, 'nowhere', 'child.safetensors') }));
  await expect(run).rejects.toMatchObject({
    code: 'run.not-writable',
    message: expect.stringMatching(/weights of child 1.*ENOENT/) as string,
  });
});

describe('a pause', () => {
  it('holds a child between two steps, past patience and time limit, without changing its result', async () => {
    const patience = { first: 60_000, least: 800, steps: 1 };
    const shared = pool({ patience, grace: 200 });
    const undisturbed = await shared.run(job(1, { epochs: 5, timeLimit: null }));
    const taken = undisturbed.epochs.reduce((sum, { seconds }) => sum + seconds, 0);
    const heard: number[] = [];
    const timeLimit = taken + 1.5;
    const held = shared.run(job(1, { epochs: 5, timeLimit }), {
      onEvent: hearing({
        epochEnded: ({ record: { epoch } }) => {
          heard.push(epoch);
          if (epoch === 1) shared.pause();
        },
      }),
    });
    await vi.waitUntil(() => heard.includes(1), { timeout: 30_000 });
    await untilStill(() => heard.length, (timeLimit + 1) * 1000);
    shared.resume();
    const result = await held;
    expect(result.outcome).toBe('completed');
    expect(withoutTime(result)).toEqual(withoutTime(undisturbed));
    // The epoch that was held took no longer for it.
    expect(Math.max(...result.epochs.map(({ seconds }) => seconds))).toBeLessThan(timeLimit);
  });

  it('also holds a child that begins during it, and can be ended', async () => {
    const shared = pool();
    shared.pause();
    const control = new AbortController();
    const heard: number[] = [];
    const run = shared.run(job(1), {
      signal: control.signal,
      onEvent: hearing({
        trialStarted: () => setTimeout(() => control.abort(), 1500),
        epochEnded: ({ record }) => heard.push(record.epoch),
      }),
    });
    expect(await run).toEqual({ outcome: 'cancelled', epochs: [] });
    shared.resume();
    expect(await shared.run(job(2))).toMatchObject({ outcome: 'completed' });
  });
});

describe('ending', () => {
  it('after the epoch keeps the result and starts no further child', async () => {
    const shared = pool();
    let progress = 0;
    const results = await Promise.all([
      shared.run(job(1, endless), {
        onEvent: hearing({
          trialProgress: ({ epoch }) => {
            progress = epoch;
            shared.stopAfterEpoch();
          },
        }),
      }),
      shared.run(job(2)),
    ]);
    expect(results[0]).toMatchObject({ outcome: 'completed', stopped: true });
    expect(results[0].epochs.length).toBeGreaterThan(progress);
    expect(results[1]).toEqual({ outcome: 'cancelled', epochs: [] });
    expect(await shared.run(job(3))).toEqual({ outcome: 'cancelled', epochs: [] });
  });

  it('by the signal is immediate and keeps the completed epochs', async () => {
    const shared = pool();
    const control = new AbortController();
    const result = await shared.run(job(1, endless), {
      signal: control.signal,
      onEvent: hearing({ epochEnded: ({ record }) => record.epoch === 1 && control.abort() }),
    });
    expect(result.outcome).toBe('cancelled');
    expect(result.epochs.map(({ epoch }) => epoch)).toEqual([0, 1]);
    expect(await shared.run(job(2), { signal: control.signal })).toEqual({
      outcome: 'cancelled',
      epochs: [],
    });
    expect(await shared.run(job(3))).toMatchObject({ outcome: 'completed' });
  });

  it('of the pool ends children that train, wait or start', async () => {
    const shared = pool();
    const runs = [
      shared.run(job(1, endless), { onEvent: hearing({ epochEnded: () => void shared.close() }) }),
      shared.run(job(2)),
    ];
    expect((await Promise.all(runs)).map(({ outcome }) => outcome)).toEqual(['cancelled', 'cancelled']);
    const starting = pool();
    const run = starting.run(job(3));
    await starting.close();
    expect(await run).toEqual({ outcome: 'cancelled', epochs: [] });
  });

  it('by an error of the listener ends the child and rejects run', async () => {
    const shared = pool();
    const run = shared.run(job(1, endless), {
      onEvent: hearing({
        epochEnded: () => {
          throw new Error('the disk is full');
        },
      }),
    });
    await expect(run).rejects.toThrow('the disk is full');
    expect(await shared.run(job(2))).toMatchObject({ outcome: 'completed' });
  });
});

describe('a trainer process', () => {
  it('ends by itself within seconds when its parent is killed', async () => {
    const entry = join(inject('programs'), 'trainer.js');
    const script = `
      const trainer = require('node:child_process').fork(process.argv[1], [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      trainer.on('message', (message) => {
        if (message.type === 'ready') trainer.send({ type: 'train', job: JSON.parse(process.argv[2]) });
        if (message.type === 'epochEnded') console.log(trainer.pid);
      });`;
    const parent = spawn(process.execPath, ['-e', script, entry, JSON.stringify(job(1, endless))]);
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (text: Buffer) => resolve(parseInt(text.toString(), 10)));
    });
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitUntil(() => !isAlive(pid), { timeout: 10_000 });
  });

  it('that cannot start is a failure of the machine, not of the child', async () => {
    const broken: LocalPoolOptions['spawn'] = (environment) =>
      spawnTrainer({ ...environment, CELLSMITH_CACHE: join(folder, 'nothing-here') });
    const run = pool({ spawn: broken }).run(job(1));
    await expect(run).rejects.toMatchObject({ code: 'engine.missing' });
    await expect(run).rejects.toThrow(/npm run engine/);
    const missing = pool({ spawn: forkTrainer(join(folder, 'no-trainer.js')) }).run(job(1));
    await expect(missing).rejects.toThrow(/no-trainer\.js/);
  });
});
