import type { Generator } from '../random';
import type { ChoicePoint, Decision, DecisionPoint, SearchSpace } from './search-space';

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
export interface UniformWalk {
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
