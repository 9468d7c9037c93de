import { z } from 'zod';
import { largestReward, largestBatchSize } from '../limits';
import { largestDepth, mostChoices, mostDecisions } from '../search-space';

export const failureReasons = [
  'crashed',
  'outOfMemory',
  'diverged',
  'timeLimit',
  'invalid',
  'error',
  'silent',
  'stopped',
] as const;

/** Why a trial has reward 0. */
export type FailureReason = (typeof failureReasons)[number];

/** Failures that the network itself need not be the cause of: trained again, with the same seed, it may well end otherwise. */
export const repeatableFailures: ReadonlySet<FailureReason> = new Set<FailureReason>([
  'crashed',
  'outOfMemory',
  'timeLimit',
  'error',
  'silent',
  'stopped',
]);

/** The state of a trial. `interrupted` ones were in flight when the search ended: they are trained again on resume. */
export const trialStates = ['proposed', 'running', 'completed', 'failed', 'reused', 'interrupted'] as const;
export type TrialState = (typeof trialStates)[number];

/** Who ends a child before its last epoch: its user, or the rule of the run (docs/early-stopping.md). */
export const endings = ['user', 'rule'] as const;

export const decisionSchema = z.union([z.int().min(0), z.array(z.int().min(0).max(1))]);
type StoredDecision = z.infer<typeof decisionSchema>;

/**
 * What `decisionSchema` says, value by value in a loop: runs have hundreds of thousands of them. As many as a network can have, and none
 * larger than the columns hold in which they go to the window (ipc/run-detail.ts).
 */
function areDecisions(value: unknown): value is StoredDecision[] {
  return (
    Array.isArray(value) &&
    value.length <= mostDecisions &&
    value.every((decision: unknown) =>
      Array.isArray(decision)
        ? decision.length <= largestDepth && decision.every((bit: unknown) => bit === 0 || bit === 1)
        : Number.isSafeInteger(decision) && Number(decision) >= 0 && Number(decision) < mostChoices,
    )
  );
}

function areNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= mostDecisions && value.every(Number.isFinite);
}

/** One child of a run, as stored. Times are milliseconds since 1970. */
export const trialSchema = z.strictObject({
  /** From 1, in the order of proposals. */
  number: z.int().min(1),
  state: z.enum(trialStates),
  replica: z.int().min(0),
  /** Predicted steps at the time of the proposal. */
  depth: z.int().min(1).max(largestDepth),
  decisions: z.custom<StoredDecision[]>(
    areDecisions,
    'must be non-negative integers and lists of 0 and 1, as many as a network has',
  ),
  /** Natural logarithm of the probability of each decision when it was sampled. */
  logProbabilities: z.custom<number[]>(areNumbers, 'must be numbers, as many as a network has decisions'),
  /** Canonical hash: equal for decisions that mean the same network. */
  architectureHash: z.string(),
  parameters: z.int().min(0),
  multiplyAdds: z.number().min(0),
  /** Set when the trial ended; 0 for failures. */
  reward: z.number().min(0).max(largestReward).nullable(),
  /**
   * What the reward is made of: the best validation accuracy of the last epochs, in [0, 1], or the lowest validation perplexity.
   * Null before there is one and for failures.
   */
  measure: z.number().nullable(),
  failure: z.strictObject({ reason: z.enum(failureReasons), message: z.string() }).nullable(),
  /** The trial whose reward was given again. */
  reusedFrom: z.int().min(1).nullable(),
  /** How often it was trained again after a failure, by itself or at the user's request; trainings that a killed search repeats do not count. */
  retries: z.int().min(0),
  /** The batch size that it was trained with, where that is not the recipe's. */
  batchSize: z.int().min(1).max(largestBatchSize).nullable(),
  /** Who ended it after a whole epoch before its last: its reward is that of the epochs that it has. Null for a child that was not. */
  endedBy: z.enum(endings).nullable(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
});
export type Trial = z.infer<typeof trialSchema>;

/** A child in a list of thousands: what the controller gave its decisions is asked for one by one. */
export const listedTrialSchema = trialSchema.omit({ logProbabilities: true });
export type ListedTrial = z.infer<typeof listedTrialSchema>;
