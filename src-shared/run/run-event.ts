import { z } from 'zod';
import { childEvents } from './child-event';
import { evaluatedSplitSchema, evaluationSchema } from './evaluation';
import { queueStateSchema } from './queue-state';
import { failureReasons, trialSchema } from './trial';

const number = z.int().min(1);
/** Milliseconds since 1970. */
const at = z.number();

/** Why a run ended: its budget is used up, the user stopped it, or something broke. */
export const runOutcomes = ['finished', 'stopped', 'failed'] as const;
export type RunOutcome = (typeof runOutcomes)[number];

/** What a strategy did with the rewards of one batch. */
export const controllerUpdateSchema = z.strictObject({
  /** From 1. */
  number,
  /** The lane of the strategy whose batch it was, from 0. */
  replica: z.int().min(0),
  /** Trials of the batch. */
  trials: z.array(number).readonly(),
  meanReward: z.number(),
  /** Diagnostics of the strategy, by its keys (src-shared/config/strategies); empty where it reports nothing. */
  diagnostics: z.record(z.string(), z.number()).readonly(),
});
export type ControllerUpdate = z.infer<typeof controllerUpdateSchema>;

/** Mean decision probabilities at a decision point, over the architectures of a batch. */
export const decisionProbabilitiesSchema = z.strictObject({
  /** Kind of the decision: 'filterHeight', 'anchorPoint', 'combination', … */
  name: z.string(),
  /** The layer (from 1; 0 for a decision about the whole network) or tree node (from 0). */
  layer: z.int().min(0),
  /** Of each option in the order of the space; of an anchor point, of a link from each earlier layer. */
  probabilities: z.array(z.number().min(0).max(1)).readonly(),
});
export type DecisionProbabilities = z.infer<typeof decisionProbabilitiesSchema>;

const ofChild = { trial: number, trainer: number, at };
const ofTrial = { trial: trialSchema, at };
const failure = { reason: z.enum(failureReasons), message: z.string() };

/**
 * What happens in a search, in order: the events of its children, and its own. The terminal, the window and the log are made of these;
 * the tables of the run hold the facts.
 */
export const runEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('runStarted'),
    runId: z.string(),
    folder: z.string(),
    resumed: z.boolean(),
    at,
  }),
  z.strictObject({ type: z.literal('trialProposed'), ...ofTrial }),
  childEvents.started.extend(ofChild),
  /** `startedAt` is when it would have started, had it been trained in one piece. */
  childEvents.restored.extend({ ...ofChild, startedAt: at }),
  /** Not stored. */
  childEvents.progress.extend(ofChild),
  childEvents.epoch.extend(ofChild),
  z.strictObject({ type: z.literal('trialCompleted'), ...ofTrial }),
  z.strictObject({ type: z.literal('trialFailed'), ...ofTrial, ...failure }),
  /** The search ends before the child: it is trained again, or to its end, when the run is resumed. */
  z.strictObject({ type: z.literal('trialInterrupted'), ...ofTrial }),
  /** The child's trainer was lost, or there was not enough memory: it is trained again, and has not failed. */
  z.strictObject({ type: z.literal('trialRepeated'), ...ofTrial, ...failure }),
  /** The user has a failed child trained again; it waits for that. */
  z.strictObject({ type: z.literal('trialRetried'), ...ofTrial }),
  z.strictObject({ type: z.literal('trialReused'), ...ofTrial }),
  /** Steps of an evaluation that are done. Not stored. */
  z.strictObject({
    type: z.literal('evaluationProgress'),
    trial: number,
    split: evaluatedSplitSchema,
    step: z.int().min(0),
    steps: number,
    at,
  }),
  z.strictObject({ type: z.literal('trialEvaluated'), evaluation: evaluationSchema, at }),
  z.strictObject({ type: z.literal('controllerUpdated'), update: controllerUpdateSchema, at }),
  /** Workers of the queue came, went or took children, or it went away or came back. Not stored. */
  z.strictObject({ type: z.literal('queueChanged'), queue: queueStateSchema, at }),
  z.strictObject({ type: z.literal('runPaused'), at }),
  z.strictObject({ type: z.literal('runContinued'), at }),
  z.strictObject({
    type: z.literal('runEnded'),
    outcome: z.enum(runOutcomes),
    /** What broke, as a sentence; null unless the outcome is 'failed'. */
    message: z.string().nullable(),
    at,
  }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;
