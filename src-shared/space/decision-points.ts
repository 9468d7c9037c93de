import { CellsmithError } from '../errors';
import type { Decision, DecisionPoint, SearchSpace } from './search-space';

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
