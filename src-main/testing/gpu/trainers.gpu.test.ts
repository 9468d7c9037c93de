import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ChildEvent } from '../../../src-shared/run/child-event';
import { loadEngine } from '../../engine/load';
import { localPool } from '../../workers/pool/local-pool';
import { forkTrainer } from '../../workers/trainer-process';
import { trainerReplySchema } from '../../workers/protocol';
import { tinyDataset } from '../data/tiny-dataset';
import { tinyArchitecture, tinyRecipe } from '../data/tiny-images';
import { temporaryFolder } from '../temporary-folder';

/** Where scripts/test-gpu.mjs has the tests run: a GPU, or the CPU when the script itself is tried. */
const kind = process.env['CELLSMITH_TEST_DEVICE'] === 'cpu' ? 'cpu' : 'gpu';
const device = kind === 'cpu' ? 'cpu' : 'gpu:0';
const folder = temporaryFolder('cellsmith-gpu-');
let data: string;
beforeAll(async () => {
  data = (await tinyDataset(folder)).trainFolder;
});
afterAll(() => rmSync(folder, { recursive: true }));

it(`this process computes on the ${kind}`, () => {
  const { isUsingGpuDevice } = loadEngine().backend() as unknown as { readonly isUsingGpuDevice: boolean };
  expect(isUsingGpuDevice).toBe(kind === 'gpu');
});

describe('several trainers on one device', () => {
  it('train children side by side, within their share of its memory, each like a trainer that is alone', async () => {
    const devices: string[] = [];
    const spawn: ReturnType<typeof forkTrainer> = (environment) => {
      const trainer = forkTrainer(join(inject('programs'), 'trainer.js'))(environment);
      trainer.onMessage((message) => {
        const reply = trainerReplySchema.parse(message);
        if (reply.type === 'ready') devices.push(reply.device);
      });
      return trainer;
    };
    const train = async (count: number) => {
      const pool = localPool({ trainers: { count, threads: 1, device, gpuMemory: 1024 }, spawn });
      let training = 0;
      let most = 0;
      try {
        const results = await Promise.all(
          [1, 2, 3, 4, 5, 6].map(async (trial) => {
            const child = { kind: 'images', architecture: tinyArchitecture, recipe: tinyRecipe } as const;
            const onEvent = ({ type }: ChildEvent): void => {
              if (type === 'trialStarted') most = Math.max(most, ++training);
            };
            const job = { trial, child, seed: trial, data, weights: null, checkpoint: null };
            const result = await pool.run(job, { onEvent });
            training -= 1;
            return result;
          }),
        );
        return { results, most };
      } finally {
        await pool.close();
      }
    };
    const alone = await train(1);
    const three = await train(3);
    expect(new Set(devices)).toEqual(new Set([kind]));
    expect(three.results.map(({ outcome }) => outcome)).toEqual(Array(6).fill('completed'));
    const losses = ({ results }: typeof alone): number[] =>
      results.flatMap(({ epochs }) =>
        epochs.map((epoch) => Number('trainLoss' in epoch ? epoch.trainLoss : NaN)),
      );
    for (const [i, loss] of losses(three).entries()) expect(loss).toBeCloseTo(losses(alone)[i] ?? NaN, 4);
    expect(three.most).toBe(3);
  });
});
