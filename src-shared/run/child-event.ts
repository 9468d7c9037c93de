import { z } from 'zod';
import { epochRecordSchema } from '../tasks/data-kinds';
import { failureReasons } from './trial';
import { mostEpochs } from '../limits';

const index = z.int().min(0).max(1_000_000_000);
const count = z.int().min(1).max(1_000_000_000);

/** Whole epochs of a child, in order. */
export const childEpochsSchema = z.array(epochRecordSchema).max(mostEpochs).readonly();

/** How the training of a child ended. */
export const childEndSchema = z.discriminatedUnion('outcome', [
  /** `stopped`: ended early on request, after a whole epoch; its result counts. */
  z.strictObject({ outcome: z.literal('completed'), stopped: z.boolean() }),
  /** `message` is a sentence for the user. */
  z.strictObject({ outcome: z.literal('failed'), reason: z.enum(failureReasons), message: z.string() }),
  /** Ended by its caller or with the pool: neither success nor failure. */
  z.strictObject({ outcome: z.literal('cancelled') }),
]);
export type ChildEnd = z.infer<typeof childEndSchema>;

/**
 * The events in the life of a child, by kind. Messages that carry them to other processes extend these by whose child it is; a run's
 * events extend them by trial, trainer and time.
 */
export const childEvents = {
  /** A trainer has taken the child; trainers are numbered from 1. */
  started: z.strictObject({ type: z.literal('trialStarted'), trainer: count }),
  /** Before the first step: the epochs that the child resumes from, none when it starts from scratch. */
  restored: z.strictObject({ type: z.literal('trialRestored'), epochs: childEpochsSchema }),
  /** Steps of the epoch that are done, and of how many: of training and of evaluation alike. Epochs count from 0. */
  progress: z.strictObject({ type: z.literal('trialProgress'), epoch: index, step: index, steps: count }),
  /** An epoch is complete, and its checkpoint written where one is due. */
  epoch: z.strictObject({ type: z.literal('epochEnded'), record: epochRecordSchema }),
  ended: z.strictObject({ type: z.literal('trialEnded'), end: childEndSchema }),
} as const;

/** What happens to a child from the moment a trainer takes it, in order, whether it trains here or by a queue. */
export type ChildEvent = z.infer<(typeof childEvents)[keyof typeof childEvents]>;

/** How a child ended, with the epochs that were complete, in this training or the one that it resumed from. */
export type ChildResult = ChildEnd & { readonly epochs: z.infer<typeof childEpochsSchema> };

/**
 * When a child that resumes from some epochs would have started, had it been trained in one piece: so that it is known how long it took.
 * @param startedAt when it was resumed; milliseconds since 1970
 */
export function startedBefore(startedAt: number, epochs: ChildResult['epochs']): number {
  return Math.round(startedAt - 1000 * epochs.reduce((sum, { seconds }) => sum + seconds, 0));
}
