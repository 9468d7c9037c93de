import { z } from 'zod';
import { metricIdSchema } from '../run/metric';
import { trainingOutcomes } from './training-event';

/** How a training stands. 'interrupted': it was ended at once, or its process was killed. */
const trainingStates = ['running', 'finished', 'stopped', 'interrupted', 'failed'] as const;
export type TrainingState = (typeof trainingStates)[number];

/** The name of a training's folder: a name alone, which leads nowhere else. */
export const trainingNameSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^/\\\0]+$/)
  .refine((name) => name !== '.' && name !== '..');

/** What a list says of a training. */
export const trainingSummarySchema = z.strictObject({
  /** The name of its folder, by which it is resumed. */
  training: z.string(),
  /** Absolute. */
  folder: z.string(),
  name: z.string(),
  /** The child that is trained; null for an architecture from elsewhere. */
  origin: z
    .strictObject({ run: z.strictObject({ id: z.string(), name: z.string() }), trial: z.int().min(1) })
    .nullable(),
  state: z.enum(trainingStates),
  /** null while it is under way, or when its process was killed. */
  outcome: z.enum(trainingOutcomes).nullable(),
  /** The process that trains it; null when none does. */
  holder: z.strictObject({ pid: z.int(), host: z.string() }).nullable(),
  epochs: z.strictObject({ done: z.int().min(0), wanted: z.int().min(1) }),
  measure: metricIdSchema,
  /** Of the validation data: the best of the epochs, as it is stored; null before the first. */
  best: z.number().nullable(),
  /** Of the test data; null where it was not asked for. */
  test: z.number().nullable(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
});
export type TrainingSummary = z.infer<typeof trainingSummarySchema>;

/** How a training stands that has ended so, or was left, and is or is not held by a process. */
export function trainingState(
  outcome: TrainingSummary['outcome'],
  holder: TrainingSummary['holder'],
): TrainingState {
  if (holder !== null) return 'running';
  if (outcome === 'completed') return 'finished';
  return outcome ?? 'interrupted';
}
