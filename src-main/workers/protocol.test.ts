import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nasCell } from '../../src-shared/architecture/cell/recurrent-cell';
import { presets } from '../../src-shared/config/presets';
import { epochOf } from '../testing/synthetic-pool';
import { tinyArchitecture, tinyRecipe } from '../testing/data/tiny-images';
import { trainerReplySchema, trainerRequestSchema, type TrainerReply, type TrainerRequest } from './protocol';

const train = {
  type: 'train',
  job: {
    trial: 1,
    child: { kind: 'images', architecture: tinyArchitecture, recipe: tinyRecipe },
    seed: 0xffffffff,
    data: '/d',
    weights: null,
    checkpoint: null,
  },
} as const satisfies TrainerRequest;
const checkpoint = { file: '/c', everyEpochs: 3 };
const architecture = { ...tinyArchitecture, learningRate: 0.05 };
const predictedRate: TrainerRequest = {
  ...train,
  job: { ...train.job, child: { ...train.job.child, architecture }, weights: '/w', checkpoint },
};
const { recipe: textRecipe } = presets['ptb-base8'].config;
const language = {
  ...train,
  job: { ...train.job, child: { kind: 'text', cell: nasCell, recipe: textRecipe } },
} as const satisfies TrainerRequest;
const evaluation = {
  type: 'evaluate',
  job: {
    trial: 1,
    child: language.job.child,
    seed: 1,
    data: '/d',
    weights: '/w',
    test: { kind: 'text', tokensFile: '/t', count: 5 },
  },
} as const satisfies TrainerRequest;
const replies: readonly TrainerReply[] = [
  { type: 'ready', pid: 1, tensorflow: '2.21.0', device: 'cpu' },
  { type: 'trialRestored', trial: 1, epochs: [epochOf(0, 0.5)] },
  { type: 'trialProgress', trial: 1, epoch: 0, step: 1, steps: 2 },
  { type: 'memory', bytes: 400_000_000 },
  { type: 'trialEnded', trial: 1, end: { outcome: 'completed', stopped: false } },
  { type: 'trialEnded', trial: 1, end: { outcome: 'cancelled' } },
  { type: 'evaluated', trial: 1, measure: null },
  { type: 'unwritable', trial: 1, message: 'The disk is full.' },
];

describe('what trainers and their parents say to each other', () => {
  it('survives the way as JSON', () => {
    for (const request of [
      train,
      predictedRate,
      language,
      evaluation,
      { ...evaluation, job: { ...evaluation.job, test: null } },
      { type: 'stopAfterEpoch' },
      { type: 'hold' },
      { type: 'release' },
      { type: 'exit' },
    ] as const)
      expect(trainerRequestSchema.parse(JSON.parse(JSON.stringify(request)))).toEqual(request);
    for (const reply of replies)
      expect(trainerReplySchema.parse(JSON.parse(JSON.stringify(reply)))).toEqual(reply);
  });

  it('is refused when something is missing, superfluous or of another type', () => {
    for (const wrong of [
      { type: 'train', job: { ...train.job, seed: undefined } },
      { type: 'train', job: { ...train.job, more: 1 } },
      { type: 'train', job: { ...train.job, seed: -1 } },
      {
        type: 'train',
        job: { ...train.job, child: { ...train.job.child, recipe: { ...tinyRecipe, epochs: '3' } } },
      },
      { type: 'train', job: { ...train.job, child: { ...train.job.child, kind: 'text' } } },
      {
        type: 'train',
        job: {
          ...train.job,
          child: { kind: 'text', cell: { ...nasCell, readNode: 15 }, recipe: textRecipe },
        },
      },
      { type: 'evaluate', job: { ...evaluation.job, weights: null } },
      { type: 'quit' },
      null,
    ])
      expect(trainerRequestSchema.safeParse(wrong).success).toBe(false);
    const failed = { outcome: 'failed', reason: 'diverged', message: 'Too fast.' };
    const ended = (end: unknown): unknown => ({ type: 'trialEnded', trial: 1, end });
    expect(trainerReplySchema.safeParse(ended(failed)).success).toBe(true);
    expect(trainerReplySchema.safeParse(ended({ ...failed, reason: 'tired' })).success).toBe(false);
    expect(trainerReplySchema.safeParse(ended({ ...failed, stopped: true })).success).toBe(false);
  });

  it('is never understood by chance', () => {
    fc.assert(
      fc.property(fc.anything(), (message) => {
        expect(trainerRequestSchema.safeParse(message).success).toBe(false);
        expect(trainerReplySchema.safeParse(message).success).toBe(false);
      }),
    );
  });
});
