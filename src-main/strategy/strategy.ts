import type { ControllerConfig } from '../../src-shared/config/strategies/strategies';
import type { DecisionProbabilities } from '../../src-shared/run/run-event';
import type { Decision, SearchSpace } from '../../src-shared/search-space';

/** What a strategy is made of. */
export interface StrategyParts<Options = ControllerConfig> {
  readonly config: Options;
  readonly space: SearchSpace;
  /** Any integer; 0 is a seed like any other. */
  readonly seed: number;
  /** The layer schedule: predicted steps of the next architecture, given the number proposed so far. */
  readonly depthAt: (proposals: number) => number;
}

/** What a strategy must know of a child to learn from it; a stored trial holds all of it. */
export interface ProposedDecisions {
  /** Which lane proposed it, from 0. */
  readonly lane: number;
  /** Predicted steps (layers or blocks of layers). */
  readonly depth: number;
  readonly decisions: readonly Decision[];
}

/** One proposed architecture. Everything after `decisions` is for strategies that sample from a distribution. */
export interface Proposal extends ProposedDecisions {
  /** ln P of each decision given those before; of an anchor point, the sum over its bits. */
  readonly logProbabilities?: readonly number[];
  /** For each decision the probability of every option (0 for a masked one), or of every candidate link of an anchor point. */
  readonly probabilities?: readonly (readonly number[])[];
  /** Entropy of each decision's distribution, nats. */
  readonly entropies?: readonly number[];
  /** How many updates the parameters had seen that sampled it. */
  readonly parametersVersion?: number;
}

/** A child that has been trained (or failed: reward 0). */
export interface RewardedProposal {
  readonly proposal: ProposedDecisions;
  readonly reward: number;
}

/** What one call of `tell` did. */
export interface StrategyRecord {
  /** Counts the calls of `tell` from 1. */
  readonly number: number;
  readonly meanReward: number;
  /** Whatever the strategy reports, by keys of its own; src-shared/config/strategies says what they are called and how they are drawn. */
  readonly diagnostics: Readonly<Record<string, number>>;
  /** What the strategy's choice looked like at each decision point before this call; empty when it reports none. */
  readonly probabilities: readonly DecisionProbabilities[];
}

/** How many children a strategy has in training. */
export interface Pace {
  /**
   * Batches open at a time. A lane proposes a batch, waits for its rewards, and proposes the next, whatever other lanes do:
   * replicas of a controller. 'trainers': as many as children can train at a time.
   */
  readonly lanes: number | 'trainers';
  /** Children of a batch, proposed and told together; fewer only when the search ends. */
  readonly batch: number;
  /** Whether all lanes propose, then all are told in their order, so that which child ends first does not matter. */
  readonly inStep: boolean;
}

/**
 * Proposes architectures and learns from their rewards.
 *
 * What a strategy does depends on its seed and the order of calls alone: after `restore(state())` the same calls give bitwise
 * the same proposals and records. A search that stores `state()` after every batch and every `tell` may therefore propose a
 * lost batch again and finds the same decisions.
 */
export interface Strategy {
  readonly pace: Pace;
  /** Proposals made so far; the layer schedule goes by it. */
  readonly proposals: number;

  /** How many proposals of each lane have no reward yet; lanes that have none are left out. */
  awaited(): ReadonlyMap<number, number>;

  /**
   * @returns null, and nothing has changed, when the strategy has no more to propose: the search ends with its open batches
   * @throws CellsmithError 'internal' when the lane does not exist or awaits the rewards of a whole batch already
   */
  propose(lane: number): Proposal | null;

  /**
   * @param results of one batch, at least one, in the order of the proposals
   * @throws CellsmithError 'architecture.invalid' when decisions do not fit the search space, 'internal' when a reward is not finite
   */
  tell(results: readonly RewardedProposal[]): StrategyRecord;

  /** Everything that the next calls depend on, except `copies`: parameters, optimiser, generators, counters. */
  state(): Uint8Array;

  /**
   * Continues from a stored state; on an error nothing has changed.
   * @param copyOf gives the copies that were stored with it
   * @throws CellsmithError 'run.damaged' when it is no state of this strategy, space and configuration, 'run.newer-version'
   */
  restore(state: Uint8Array, copyOf?: CopyOf): void;

  /**
   * Large parts of the state, by version, that never change once they are here: they are stored once each, not with every state.
   * REINFORCE's are the parameters that replicas fetched and still need for their gradients.
   */
  readonly copies?: ReadonlyMap<number, Float64Array> | undefined;
}

/** Proposals of a lane, as many as the strategy has, up to `size`. */
export function proposeUpTo(strategy: Strategy, lane: number, size: number): Proposal[] {
  const proposals: Proposal[] = [];
  while (proposals.length < size) {
    const proposal = strategy.propose(lane);
    if (proposal === null) break;
    proposals.push(proposal);
  }
  return proposals;
}

/** Finds the stored copy of a version, `length` numbers; undefined when there is none. */
export type CopyOf = (version: number, length: number) => Float64Array | undefined;
