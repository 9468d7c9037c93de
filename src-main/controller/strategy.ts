import type { ControllerUpdate, DecisionProbabilities } from '../../src-shared/run/run-event';
import type { Decision } from '../../src-shared/space/search-space';

/** What a strategy must know of a child to learn from it; a stored trial holds all of it. */
export interface SampledDecisions {
  /** The controller replica that sampled it, from 0. */
  readonly replica: number;
  /** Predicted steps (layers or blocks of layers). */
  readonly depth: number;
  /** What was really sampled and trained. */
  readonly decisions: readonly Decision[];
}

/** One sampled architecture. */
export interface Proposal extends SampledDecisions {
  /** ln P of each decision given those before; of an anchor point, the sum over its bits. */
  readonly logProbabilities: readonly number[];
  /** For each decision the probability of every option (0 for a masked one), or of every candidate link of an anchor point. */
  readonly probabilities: readonly (readonly number[])[];
  /** Entropy of each decision's distribution, nats. */
  readonly entropies: readonly number[];
  /** How many updates the parameters had seen that sampled it. */
  readonly parametersVersion: number;
}

/** A child that has been trained (or failed: reward 0). */
export interface RewardedProposal {
  readonly proposal: SampledDecisions;
  readonly reward: number;
}

/** What one call of `learn` did. `number` counts those calls from 1; the caller knows the numbers of the trials. */
export interface LearningRecord extends Omit<ControllerUpdate, 'trials'> {
  /** Updates of the parameters so far: grows at every `accumulateGradients`-th batch; 0 for ever in random search. */
  readonly parametersVersion: number;
  /** What the batch was sampled from, decision point by decision point, as it was before this learning. */
  readonly probabilities: readonly DecisionProbabilities[];
}

/**
 * Who proposes architectures and learns from their rewards: REINFORCE or random search.
 *
 * A replica proposes `childrenPerUpdate` architectures, then learns from exactly these, in the order of the proposals, in
 * one call; fewer only when the search ends. Replicas may overlap in any order. What a strategy does depends on its seed
 * and the order of calls alone: after `restore(state())` the same calls give bitwise the same proposals and updates. So a
 * search that stores `state()` after every `learn` may propose a lost batch again and finds the same decisions.
 */
export interface Strategy {
  readonly kind: 'reinforce' | 'random';
  readonly replicas: number;
  readonly childrenPerUpdate: number;
  /** Proposals made so far, by all replicas; the layer schedule goes by it. */
  readonly proposals: number;

  /** Proposals of a replica whose rewards it awaits. */
  awaited(replica: number): number;

  /** @throws CellsmithError 'internal' when the replica does not exist or awaits the rewards of a whole batch already */
  propose(replica: number): Proposal;

  /**
   * @param results at least one, all of one replica
   * @throws CellsmithError 'architecture.invalid' when decisions do not fit the search space, 'internal' when a reward is not finite
   */
  learn(results: readonly RewardedProposal[]): LearningRecord;

  /**
   * The parameters that replicas fetched and still need for their gradients, by version. They never change, and are many when there are many
   * replicas: whoever stores the state stores each of them once, for as long as it is here.
   */
  readonly copies: ReadonlyMap<number, Float64Array>;

  /** All that there is to know but the copies: parameters, optimiser, baseline, generators, counters. */
  state(): Uint8Array;

  /**
   * Goes on from a stored state; on an error nothing has changed.
   * @param copyOf gives the copies that were stored with it
   * @throws CellsmithError 'run.damaged' when it is no state of this strategy, space and configuration, 'run.newer-version'
   */
  restore(state: Uint8Array, copyOf?: CopyOf): void;
}

/** Finds the stored copy of the parameters of a version, `length` numbers; undefined when there is none. */
export type CopyOf = (version: number, length: number) => Float64Array | undefined;
