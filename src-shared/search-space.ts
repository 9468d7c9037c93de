import { CellsmithError } from './errors';
import type { Generator } from './random';

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

/**
 * The decision points that given decisions belong to.
 * @throws CellsmithError 'architecture.invalid' when they are no complete walk of the space
 */
export function pointsOf(space: SearchSpace, depth: number, decisions: readonly Decision[]): DecisionPoint[] {
  const points: DecisionPoint[] = [];
  const before: Decision[] = [];
  for (const decision of decisions) {
    const point = space.next(before, depth);
    if (point === undefined || !fits(decision, point)) throw unfit();
    points.push(point);
    before.push(decision);
  }
  if (space.next(before, depth) !== undefined) throw unfit();
  return points;
}

/** Whether a decision is one that may be made at the point. */
export function fits(decision: Decision, point: DecisionPoint): boolean {
  if (point.kind === 'anchor')
    return (
      typeof decision === 'object' &&
      decision.length === point.candidates.length &&
      decision.every((bit) => bit === 0 || bit === 1)
    );
  return (
    typeof decision === 'number' &&
    Number.isInteger(decision) &&
    decision >= 0 &&
    decision < point.options.length &&
    (point.allowed === undefined || point.allowed[decision] === true)
  );
}

function unfit(): CellsmithError {
  return new CellsmithError(
    'architecture.invalid',
    'These decisions do not fit the search space: was the configuration of the run changed?',
  );
}

/** Indices of the options that may be picked. */
export function openOptions({ options, allowed }: ChoicePoint): number[] {
  return [...options.keys()].filter((option) => allowed === undefined || allowed[option] === true);
}

/** Every open option as likely as the others, every link of an anchor point as likely as not. */
export function uniformDecision(point: DecisionPoint, generator: Generator): Decision {
  if (point.kind === 'anchor') return point.candidates.map(() => generator.integer(2));
  const open = openOptions(point);
  return open[generator.integer(open.length)] ?? 0;
}

/** The decision points of one architecture that is drawn uniformly, and what was drawn at each. */
interface UniformWalk {
  readonly points: readonly DecisionPoint[];
  readonly decisions: readonly Decision[];
}

/** Walks a space to its end by uniform draws. */
export function uniformWalk(space: SearchSpace, depth: number, generator: Generator): UniformWalk {
  const points: DecisionPoint[] = [];
  const decisions: Decision[] = [];
  for (let point = space.next(decisions, depth); point; point = space.next(decisions, depth)) {
    points.push(point);
    decisions.push(uniformDecision(point, generator));
  }
  return { points, decisions };
}

/** An architecture of a search space: its predicted steps and its decisions. */
export interface DecidedArchitecture {
  readonly depth: number;
  readonly decisions: readonly Decision[];
}

/** '2: 1 0 2 [] 1 1 0 [1]': the depth, then each decision: the index of an option, or the bits of an anchor point. */
export function decisionText({ depth, decisions }: DecidedArchitecture): string {
  const words = decisions.map((decision) =>
    typeof decision === 'number' ? String(decision) : `[${decision.join('')}]`,
  );
  return `${depth}: ${words.join(' ')}`;
}

/**
 * Reads what {@link decisionText} writes. Whether the decisions fit a space is for `pointsOf` to check.
 * @throws CellsmithError 'architecture.invalid'
 */
export function parseDecisionText(text: string): DecidedArchitecture {
  const [, depth = '', rest = ''] = /^\s*(\d{1,4})\s*:(.*)$/s.exec(text) ?? [];
  const words = rest.trim().split(/\s+/);
  const decisions = words.map((word): Decision | undefined => {
    if (/^\d{1,4}$/.test(word)) return Number(word);
    return /^\[[01]*\]$/.test(word) ? word.slice(1, -1).split('').map(Number) : undefined;
  });
  const known = decisions.filter((decision) => decision !== undefined);
  if (
    known.length < words.length ||
    known.length > mostDecisions ||
    Number(depth) < 1 ||
    Number(depth) > largestDepth
  )
    throw new CellsmithError(
      'architecture.invalid',
      `'${text.slice(0, 80)}' is no architecture: write its depth and its decisions, such as '2: 1 0 2 [] 1 1 0 [1]'.`,
    );
  return { depth: Number(depth), decisions: known };
}
