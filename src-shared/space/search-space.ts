/** Predicted steps that a network can have. What is made of a depth is made step by step: a depth that somebody wrote is checked against it. */
export const largestDepth = 128;

/** Decisions that a network can have: eight a step (conv-space.ts), and the learning rate. A cell has far fewer. */
export const mostDecisions = 8 * largestDepth + 1;

/** Options that one decision can be between. */
export const mostOptions = 32;

/** Options of a decision in any space: a list of given children is one decision. */
export const mostChoices = 1000;

/** A value that the controller can pick: 3 (a filter height), 'tanh', 'maxPool'. */
export type OptionValue = number | string;

/** One softmax step of the controller. */
export interface ChoicePoint {
  readonly kind: 'choice';
  /** Which softmax decides: 'filterHeight', 'combination', … Steps of the same name share its weights and embedding. */
  readonly name: string;
  /** The layer (from 1; 0 for a decision about the whole network) or tree node (from 0) that is decided. */
  readonly layer: number;
  readonly options: readonly OptionValue[];
  /** Options that may be picked here, by index; absent when all may. The softmax is renormalised over them. */
  readonly allowed?: readonly boolean[];
}

/**
 * One anchor point (paper section 3.3): a Bernoulli for each earlier anchor point, set-selection attention over
 * the hidden states there. `candidates` are positions of those anchor points in the sequence of decisions, oldest first;
 * an empty list is an anchor that only marks its layer (layer 1).
 */
export interface AnchorPoint {
  readonly kind: 'anchor';
  readonly name: 'anchorPoint';
  readonly layer: number;
  readonly candidates: readonly number[];
}

export type DecisionPoint = ChoicePoint | AnchorPoint;

/** What was picked at a decision point: an option's index, or a bit (0 or 1) for each candidate of an anchor. */
export type Decision = number | readonly number[];

/** The softmax heads that a policy over the space needs: name → number of options. */
export type Vocabulary = Readonly<Record<string, readonly OptionValue[]>>;

/**
 * A search space is data that a policy walks: it is asked for the next decision, given those so far, until there is none.
 * A policy knows nothing of networks, a space nothing of policies.
 */
export interface SearchSpace {
  readonly vocabulary: Vocabulary;
  /** Whether any anchor points can occur. */
  readonly hasAnchors: boolean;
  /**
   * The next decision point, or undefined when the architecture is complete.
   * @param depth predicted steps (layers, or blocks of layers); cells ignore it
   */
  next(decisions: readonly Decision[], depth: number): DecisionPoint | undefined;
}
