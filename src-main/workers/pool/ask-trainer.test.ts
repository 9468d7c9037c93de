import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { epochOf } from '../../testing/synthetic-pool';
import { tinyDataset } from '../../testing/data/tiny-dataset';
import { tinyArchitecture, tinyRecipe } from '../../testing/data/tiny-images';
import { type TrainJob, measureJob } from '../trainer-jobs';
import { trainerHandle, type TrainerHandle } from './trainer-handle';
import { forkTrainer } from '../trainer-process';
import type { TrialJob } from '../protocol';
import { measureIn } from './ask-trainer';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-measuring-'));
let data: string;
beforeAll(async () => {
  data = (await tinyDataset(folder)).trainFolder;
});
afterAll(() => rmSync(folder, { recursive: true }));

const job = (): TrialJob => ({
  trial: 1,
  child: { kind: 'images', architecture: tinyArchitecture, recipe: tinyRecipe },
  seed: 7,
  data,
  weights: null,
  checkpoint: null,
});

async function withTrainer(use: (trainer: TrainerHandle) => Promise<void>): Promise<void> {
  const trainer = trainerHandle(forkTrainer(join(inject('programs'), 'trainer.js'))({}), () => undefined);
  try {
    await trainer.ready(120_000);
    await use(trainer);
  } finally {
    await trainer.end(1000);
  }
}

describe('measuring a child', () => {
  it('trains real steps, several children in one process', async () => {
    await withTrainer(async (trainer) => {
      const never = new AbortController().signal;
      for (let time = 0; time < 2; time++) {
        const speed = await measureIn(trainer, job(), 50, never);
        expect(speed.trainStep).toBeGreaterThan(0);
        expect(speed.evaluationStep).toBeGreaterThan(0);
        expect(speed.begin).toBeGreaterThan(speed.trainStep);
        expect(speed.memory).toBeGreaterThan(50e6);
      }
    });
  });

  it('fails with a reason when the child cannot be trained or the measurement is cancelled', async () => {
    await withTrainer(async (trainer) => {
      const never = new AbortController().signal;
      const wrong = { ...job(), data: join(folder, 'nowhere') };
      await expect(measureIn(trainer, wrong, 50, never)).rejects.toMatchObject({ code: 'child.failed' });
      const cancelled = new AbortController();
      const measuring = measureIn(trainer, job(), 60_000, cancelled.signal);
      cancelled.abort();
      await expect(measuring).rejects.toMatchObject({ code: 'cancelled' });
    });
  });

  it('gives medians of training and of evaluation steps after the first epoch', async () => {
    const clock = { now: 0 };
    const realNow = performance.now.bind(performance);
    performance.now = () => clock.now;
    try {
      // Each step of training takes 10 ms, each evaluation 3 ms; those of the first epoch ten times as long.
      const trainJob: TrainJob = async (_job, listener, excerpt) => {
        const steps = (excerpt?.training ?? 0) + (excerpt?.evaluation ?? 0);
        for (let epoch = 0; epoch < 100; epoch++) {
          for (let step = 1; step <= steps; step++) {
            clock.now += (step < steps ? 10 : 3) * (epoch === 0 ? 10 : 1);
            listener.onEvent?.({ type: 'trialProgress', epoch, step, steps });
            await listener.turn?.();
          }
          listener.onEvent?.({ type: 'epochEnded', record: epochOf(epoch, 0.5) });
          if (listener.stopRequested?.() === true) break;
        }
        return { epochs: [], stopped: true, weights: [], hidden: null };
      };
      const speed = await measureJob(trainJob, job(), { milliseconds: 500, turn: () => Promise.resolve() });
      expect(speed).toMatchObject({ begin: 100, trainStep: 10, evaluationStep: 3 });
      expect(clock.now).toBeGreaterThanOrEqual(600);
      expect(clock.now).toBeLessThan(700);
    } finally {
      performance.now = realNow;
    }
  });
});
