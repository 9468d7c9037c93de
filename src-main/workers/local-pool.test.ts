import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ImageRecipe } from '../../src-shared/config/search-config';
import { partialName, readSafetensors } from '../children/safetensors';
import { tinyArchitecture, tinyRecipe } from '../testing/tiny-pictures';
import { tinyDataset } from '../testing/tiny-dataset';
import { localPool, type LocalPoolOptions } from './local-pool';
import type { TrainerPool, TrialResult } from './trainer-pool';
import { forkTrainer } from './trainer-process';
import type { TrialJob } from './trial-job';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-pool-'));
let data: string;
beforeAll(async () => {
  data = (await tinyDataset(folder)).trainFolder;
});
afterAll(() => rmSync(folder, { recursive: true }));

const pools: TrainerPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

/** A pool on the real trainer, one process on one thread unless said otherwise. */
function pool(options: Partial<LocalPoolOptions> = {}): TrainerPool {
  const made = localPool({
    trainers: { count: 1, threads: 1, device: 'cpu' },
    spawn: forkTrainer(join(inject('programs'), 'trainer.js')),
    ...options,
  });
  pools.push(made);
  return made;
}

function job(trial: number, recipe: Partial<ImageRecipe> = {}, weights: string | null = null): TrialJob {
  return {
    trial,
    architecture: tinyArchitecture,
    recipe: { ...tinyRecipe, ...recipe },
    seed: 7,
    data,
    weights,
  };
}

/** Long enough that only an end from outside ends it. */
const endless: Partial<ImageRecipe> = { epochs: 10_000, decay: { kind: 'constant' }, learningRate: 0.01 };

function reasonOf(result: TrialResult): string {
  return result.outcome === 'failed' ? `${result.reason}: ${result.message}` : result.outcome;
}

describe('a pool of trainer processes', () => {
  it('trains a child, reports its epochs as they end, and leaves its weights', async () => {
    const weights = join(folder, 'child.safetensors');
    const heard: string[] = [];
    const result = await pool().run(job(3, {}, weights), {
      onStart: (trainer) => heard.push(`trainer ${trainer}`),
      onEpoch: ({ epoch }) => heard.push(`epoch ${epoch}`),
      onProgress: ({ step, steps }) => expect(step).toBeLessThanOrEqual(steps),
    });
    expect(result).toMatchObject({ outcome: 'completed', stopped: false });
    expect(heard).toEqual(['trainer 1', 'epoch 0', 'epoch 1', 'epoch 2']);
    const file = readSafetensors(weights);
    expect(JSON.parse(file.metadata['epochs'] ?? '')).toEqual(result.epochs);
    expect(file.tensors.map(({ name }) => name)).toContain('layer4/moving_variance');
    expect(existsSync(partialName(weights))).toBe(false);
  });

  it('gives the same result for the same job, whichever process trains it', async () => {
    const shared = pool();
    const results = [await shared.run(job(1)), await shared.run(job(2)), await pool().run(job(3))];
    const [first, second, third] = results.map(({ epochs }) =>
      epochs.map((record) => ({ ...record, seconds: 0 })),
    );
    expect(second).toEqual(first);
    expect(third).toEqual(first);
  });

  it('records a child whose process is killed as crashed, and trains the next', async () => {
    const pids: number[] = [];
    const shared = pool({ spawn: recordingPids(pids) });
    const killed = await shared.run(job(1, endless), {
      onEpoch: () => process.kill(pids[0] ?? 0, 'SIGKILL'),
    });
    expect(reasonOf(killed)).toMatch(/^crashed: .*SIGKILL/);
    expect(killed.epochs.length).toBeGreaterThan(0);
    expect(await shared.run(job(2))).toMatchObject({ outcome: 'completed' });
    expect(pids.length).toBe(2);
  });

  it('records a child that learns much too fast as diverged', async () => {
    const shared = pool();
    const result = await shared.run(job(1, { ...endless, learningRate: 10, weightDecay: 1 }));
    expect(reasonOf(result)).toMatch(/^diverged: /);
    expect(await shared.run(job(2))).toMatchObject({ outcome: 'completed' });
  });
});

function recordingPids(pids: number[]): LocalPoolOptions['spawn'] {
  const spawn = forkTrainer(join(inject('programs'), 'trainer.js'));
  return (environment) => {
    const trainer = spawn(environment);
    trainer.onMessage((message) => {
      const { type, pid } = message as { type: string; pid: number };
      if (type === 'ready') pids.push(pid);
    });
    return trainer;
  };
}
