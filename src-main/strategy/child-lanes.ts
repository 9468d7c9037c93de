import { z } from 'zod';
import { CellsmithError } from '../../src-shared/errors';
import type { SearchSpace } from '../../src-shared/search-space';
import { vocabularyOf } from './replicas';
import { damaged } from './strategy-state';
import type { Pace, RewardedProposal } from './strategy';

const count = z.int().min(0);

/** What the state of a strategy holds of its lanes. */
export const childLanesSchema = {
  vocabulary: z.string(),
  proposals: count,
  updates: count,
  /** Lanes whose child is in training. */
  awaited: z.array(count),
};
type StoredLanes = z.infer<z.ZodObject<typeof childLanesSchema>>;

/** Lanes of one child each, one for each trainer: for strategies that are told child by child. */
export interface ChildLanes {
  readonly pace: Pace;
  readonly proposals: number;
  /** Lanes whose child is in training. */
  readonly open: number;
  readonly awaited: () => ReadonlyMap<number, number>;
  /** @throws CellsmithError 'internal' when the lane awaits a reward */
  requireFree(lane: number): void;
  /** A lane got a proposal. */
  begin(lane: number): void;
  /** The one child of a call of `tell`; nothing has changed yet. @throws CellsmithError 'internal' for more, or one that no lane awaits */
  only(results: readonly RewardedProposal[]): RewardedProposal;
  /** The child of a lane was told. @returns the number of this call, from 1 */
  end(lane: number): number;
  stored(): StoredLanes;
  /** @throws CellsmithError 'run.damaged' when it is of another space or contradicts itself */
  check(stored: StoredLanes): void;
  /** Continues from what {@link check} found sound. */
  restore(stored: StoredLanes): void;
}

export function childLanes(space: SearchSpace): ChildLanes {
  const awaited = new Set<number>();
  let proposals = 0;
  let updates = 0;
  return {
    pace: { lanes: 'trainers', batch: 1, inStep: false },
    get proposals() {
      return proposals;
    },
    get open() {
      return awaited.size;
    },
    awaited: () => new Map([...awaited].map((lane) => [lane, 1])),
    requireFree: (lane) => {
      if (awaited.has(lane))
        throw new CellsmithError('internal', `Lane ${lane} awaits the reward of its proposal.`);
    },
    begin: (lane) => {
      awaited.add(lane);
      proposals += 1;
    },
    only: ([result, ...others]) => {
      if (result === undefined || others.length > 0 || !awaited.has(result.proposal.lane))
        throw new CellsmithError(
          'internal',
          'The strategy takes one child at a time, and its lane awaits it.',
        );
      return result;
    },
    end: (lane) => {
      awaited.delete(lane);
      updates += 1;
      return updates;
    },
    stored: () => ({ vocabulary: vocabularyOf(space), proposals, updates, awaited: [...awaited] }),
    check: (stored) => {
      if (stored.vocabulary !== vocabularyOf(space)) throw damaged('it belongs to another search space');
      if (stored.proposals - stored.updates !== new Set(stored.awaited).size)
        throw damaged('its counts of proposals and updates contradict each other');
    },
    restore: (stored) => {
      ({ proposals, updates } = stored);
      awaited.clear();
      for (const lane of stored.awaited) awaited.add(lane);
    },
  };
}
