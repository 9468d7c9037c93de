import { z } from 'zod';
import { searchConfigSchema } from '../config/search-config';
import { datasetDescriptionSchema } from '../tasks/data-kinds';
import { controllerUpdateSchema, type ControllerUpdate } from '../run/run-event';
import { queueStateSchema } from '../run/queue-state';
import { evaluationSchema } from '../run/evaluation';
import { runSummarySchema } from '../run/run-summary';
import type { ListedTrial } from '../run/trial';
import { packedTrialsSchema } from './packed-trials';

/** The child that a trainer is at: its epoch from 0, and steps of the epoch. */
const trainerSchema = z.strictObject({
  trainer: z.int().min(1),
  trial: z.int().min(1),
  since: z.number(),
  restored: z.int().min(0),
  epoch: z.int().min(0),
  step: z.int().min(0),
  steps: z.int().min(1),
});
export type TrainerAtWork = z.infer<typeof trainerSchema>;

/** A run as sent to its page; the epochs of its children are requested separately. */
export const packedRunSchema = z.strictObject({
  summary: runSummarySchema,
  /** Names the run wherever its folder is moved. */
  id: z.string(),
  config: searchConfigSchema,
  dataset: z.strictObject({ location: z.string(), description: datasetDescriptionSchema }),
  /** The child of another run that the only given child was; its folder is null where that run is not among the runs. */
  origin: z
    .strictObject({ folder: z.string().nullable(), run: z.string(), trial: z.int().min(1) })
    .nullable(),
  /** Children whose weights are kept. */
  weights: z.array(z.int().min(1)),
  trials: packedTrialsSchema,
  updates: z.array(controllerUpdateSchema),
  evaluations: z.array(evaluationSchema),
  /** The id of the last event that is included. */
  lastEvent: z.int().min(0),
  /** What this program knows beyond the folder while it searches there itself; null otherwise. */
  live: z
    .strictObject({
      startedAt: z.number().nullable(),
      /** Milliseconds that earlier sessions have used of the budget's hours. */
      activeBefore: z.number(),
      trainers: z.array(trainerSchema),
      queue: queueStateSchema.nullable(),
    })
    .nullable(),
});
export type PackedRun = z.infer<typeof packedRunSchema>;

/** A run as its page shows it. */
export type RunDetail = Omit<PackedRun, 'trials' | 'updates'> & {
  readonly trials: readonly ListedTrial[];
  readonly updates: readonly ControllerUpdate[];
};
