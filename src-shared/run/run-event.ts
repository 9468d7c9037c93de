import type { QueueState } from './queue-state';
import type { EpochRecord } from '../tasks/data-kinds';
import type { FailureReason, Trial } from './trial';

/** What happens in a search, in order. The CLI's progress, the window and the log are made of these; the store holds the facts. */
export type RunEvent =
  | {
      readonly type: 'runStarted';
      readonly runId: string;
      readonly folder: string;
      readonly resumed: boolean;
      readonly at: number;
    }
  | { readonly type: 'trialProposed'; readonly trial: Trial; readonly at: number }
  | { readonly type: 'trialStarted'; readonly trial: number; readonly trainer: number; readonly at: number }
  /** The child goes on from a state that was kept of it, with these epochs behind it; one that begins anew has none. */
  | {
      readonly type: 'trialRestored';
      readonly trial: number;
      readonly trainer: number;
      readonly epochs: readonly EpochRecord[];
      readonly at: number;
    }
  | {
      readonly type: 'trialProgress';
      readonly trial: number;
      readonly trainer: number;
      readonly epoch: number;
      /** Of the epoch: steps done and steps in all. */
      readonly step: number;
      readonly steps: number;
      readonly at: number;
    }
  | {
      readonly type: 'epochEnded';
      readonly trial: number;
      readonly trainer: number;
      readonly record: EpochRecord;
      readonly at: number;
    }
  | { readonly type: 'trialCompleted'; readonly trial: Trial; readonly at: number }
  | {
      readonly type: 'trialFailed';
      readonly trial: Trial;
      readonly reason: FailureReason;
      readonly message: string;
      readonly at: number;
    }
  /** The user has a failed child trained again; it waits for that. */
  | { readonly type: 'trialRetried'; readonly trial: Trial; readonly at: number }
  /** The child's trainer was lost, or there was not enough memory: it is trained again, and has not failed. */
  | {
      readonly type: 'trialRepeated';
      readonly trial: Trial;
      readonly reason: FailureReason;
      readonly message: string;
      readonly at: number;
    }
  | { readonly type: 'trialReused'; readonly trial: Trial; readonly at: number }
  | { readonly type: 'controllerUpdated'; readonly update: ControllerUpdate; readonly at: number }
  /** Workers of the queue came, went or took children, or it went away or came back. Not stored. */
  | { readonly type: 'queueChanged'; readonly queue: QueueState; readonly at: number }
  | { readonly type: 'runPaused'; readonly at: number }
  | { readonly type: 'runContinued'; readonly at: number }
  | {
      readonly type: 'runEnded';
      readonly outcome: RunOutcome;
      /** What broke, as a sentence; null unless the outcome is 'failed'. */
      readonly message: string | null;
      readonly at: number;
    };

/** Why a run ended: its budget is used up, the user stopped it, or something broke. */
export type RunOutcome = 'finished' | 'stopped' | 'failed';

/** One update of the controller's parameters. */
export interface ControllerUpdate {
  /** From 1. */
  readonly number: number;
  readonly replica: number;
  /** Trials whose rewards made the gradient. */
  readonly trials: readonly number[];
  readonly meanReward: number;
  /** The baseline that was subtracted; null for the first update when there was none yet. */
  readonly baseline: number | null;
  /** Euclidean norm of the gradient. */
  readonly gradientNorm: number;
  /**
   * Updates that the parameters had seen when the replica fetched them: the batch was sampled and its gradient computed by those. Null in
   * runs of releases that did not store it; 0 in random search.
   */
  readonly sampledVersion: number | null;
  /** Updates that the parameters saw between the replica's fetching them and its sending the gradient. Null as above. */
  readonly staleness: number | null;
  /** Mean entropy of the decisions of the batch, nats a decision. */
  readonly entropy: number;
  /** The same for each kind of decision, by its name; of anchor points, a link. Empty in runs of releases that did not store it. */
  readonly entropies: Readonly<Record<string, number>>;
}

/** What a strategy leaned to at a decision point: the mean over the architectures of a batch. */
export interface DecisionProbabilities {
  /** Kind of the decision: 'filterHeight', 'anchorPoint', 'combination', … */
  readonly name: string;
  /** The layer (from 1; 0 for a decision about the whole network) or tree node (from 0). */
  readonly layer: number;
  /** Of each option in the order of the space; of an anchor point, of a link from each earlier layer. */
  readonly probabilities: readonly number[];
}
