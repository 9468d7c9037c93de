import { z } from 'zod';
import { queueStateSchema } from './queue-state';
import type { ControllerUpdate, DecisionProbabilities, RunEvent } from './run-event';
import { epochRecordSchema } from '../tasks/data-kinds';
import { failureReasons, trialSchema } from './trial';

const number = z.int().min(1);
const at = z.number();

export const controllerUpdateSchema: z.ZodType<ControllerUpdate> = z.strictObject({
  number,
  replica: z.int().min(0),
  trials: z.array(number),
  meanReward: z.number(),
  baseline: z.number().nullable(),
  gradientNorm: z.number(),
  sampledVersion: z.int().min(0).nullable(),
  staleness: z.int().min(0).nullable(),
  entropy: z.number(),
  entropies: z.record(z.string(), z.number()),
});

export const decisionProbabilitiesSchema: z.ZodType<DecisionProbabilities> = z.strictObject({
  name: z.string(),
  layer: z.int().min(0),
  probabilities: z.array(z.number().min(0).max(1)),
});

/** What happens in a search, as it crosses from one process to another. */
export const runEventSchema: z.ZodType<RunEvent> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('runStarted'),
    runId: z.string(),
    folder: z.string(),
    resumed: z.boolean(),
    at,
  }),
  z.strictObject({ type: z.literal('trialProposed'), trial: trialSchema, at }),
  z.strictObject({ type: z.literal('trialStarted'), trial: number, trainer: number, at }),
  z.strictObject({
    type: z.literal('trialRestored'),
    trial: number,
    trainer: number,
    epochs: z.array(epochRecordSchema),
    at,
  }),
  z.strictObject({
    type: z.literal('trialProgress'),
    trial: number,
    trainer: number,
    epoch: z.int().min(0),
    step: z.int().min(0),
    steps: number,
    at,
  }),
  z.strictObject({
    type: z.literal('epochEnded'),
    trial: number,
    trainer: number,
    record: epochRecordSchema,
    at,
  }),
  z.strictObject({ type: z.literal('trialCompleted'), trial: trialSchema, at }),
  z.strictObject({
    type: z.literal('trialFailed'),
    trial: trialSchema,
    reason: z.enum(failureReasons),
    message: z.string(),
    at,
  }),
  z.strictObject({
    type: z.literal('trialRepeated'),
    trial: trialSchema,
    reason: z.enum(failureReasons),
    message: z.string(),
    at,
  }),
  z.strictObject({ type: z.literal('trialRetried'), trial: trialSchema, at }),
  z.strictObject({ type: z.literal('trialReused'), trial: trialSchema, at }),
  z.strictObject({ type: z.literal('controllerUpdated'), update: controllerUpdateSchema, at }),
  z.strictObject({ type: z.literal('queueChanged'), queue: queueStateSchema, at }),
  z.strictObject({ type: z.literal('runPaused'), at }),
  z.strictObject({ type: z.literal('runContinued'), at }),
  z.strictObject({
    type: z.literal('runEnded'),
    outcome: z.enum(['finished', 'stopped', 'failed']),
    message: z.string().nullable(),
    at,
  }),
]);
