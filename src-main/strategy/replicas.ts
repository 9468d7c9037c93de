import { z } from 'zod';
import { CellsmithError } from '../../src-shared/errors';
import { Generator } from '../../src-shared/random';
import type { SearchSpace } from '../../src-shared/search-space';
import type { OptionsOf } from '../../src-shared/config/strategies/strategies';
import { damaged, generatorStateSchema } from './strategy-state';
import type { Pace, RewardedProposal, StrategyParts } from './strategy';

type LaneOptions = OptionsOf<'reinforce' | 'random'>;

/** The replicas are the lanes, and their minibatches the batches. */
export function paceOf({ replicas, childrenPerUpdate, mode }: LaneOptions): Pace {
  return { lanes: replicas, batch: childrenPerUpdate, inStep: mode === 'synchronous' };
}

/** A controller replica (paper section 3.2): it draws from a generator of its own, so that others' pace does not matter. */
interface Replica {
  generator: Generator;
  /** Proposals whose rewards it awaits. */
  outstanding: number;
  /** Version of the parameters that it fetched when it began the batch. */
  version: number;
}

export function createReplicas({
  config,
  seed,
}: Pick<StrategyParts<LaneOptions>, 'config' | 'seed'>): Replica[] {
  return Array.from({ length: config.replicas }, (_, index) => ({
    generator: Generator.seeded(seed, `replica ${index}`),
    outstanding: 0,
    version: 0,
  }));
}

/** Proposals without a reward, by replica. */
export function awaitedBy(replicas: readonly Replica[]): ReadonlyMap<number, number> {
  return new Map(
    replicas.flatMap(({ outstanding }, index) => (outstanding > 0 ? [[index, outstanding] as const] : [])),
  );
}

/** The replica, provided that it may propose. */
export function proposingReplica(replicas: readonly Replica[], index: number, batch: number): Replica {
  const replica = replicas[index];
  if (replica === undefined) throw new CellsmithError('internal', `There is no controller replica ${index}.`);
  if (replica.outstanding >= batch)
    throw new CellsmithError('internal', `Replica ${index} awaits the rewards of its ${batch} proposals.`);
  return replica;
}

/** The replica that the results belong to, provided that they can be learnt from. */
export function learningReplica(
  replicas: readonly Replica[],
  results: readonly RewardedProposal[],
): { readonly replica: Replica; readonly index: number } {
  const index = results[0]?.proposal.lane ?? -1;
  const replica = replicas[index];
  if (replica === undefined || results.some(({ proposal }) => proposal.lane !== index))
    throw new CellsmithError('internal', 'A batch of rewards belongs to one controller replica.');
  if (results.length > replica.outstanding)
    throw new CellsmithError('internal', `Replica ${index} did not propose that many architectures.`);
  if (results.some(({ reward }) => !Number.isFinite(reward)))
    throw new CellsmithError('internal', 'A reward must be a finite number; a failed child has 0.');
  return { replica, index };
}

const replicaSchema = z.strictObject({
  generator: generatorStateSchema,
  outstanding: z.int().min(0),
  version: z.int().min(0),
});
export const replicasSchema = z.array(replicaSchema).min(1);

export function storedReplicas(replicas: readonly Replica[]): z.infer<typeof replicasSchema> {
  return replicas.map(({ generator, outstanding, version }) => ({
    generator: [...generator.state],
    outstanding,
    version,
  }));
}

/** Reads replicas back. `newest` is the version of the parameters that they can have fetched at most. */
export function restoredReplicas(
  stored: z.infer<typeof replicasSchema>,
  config: LaneOptions,
  newest: number,
): Replica[] {
  const fit = ({ outstanding, version }: z.infer<typeof replicaSchema>): boolean =>
    outstanding <= config.childrenPerUpdate && version <= newest;
  if (stored.length !== config.replicas || !stored.every(fit))
    throw damaged('its controller replicas are not those of the configuration');
  return stored.map(({ generator, outstanding, version }) => ({
    generator: Generator.fromState(generator),
    outstanding,
    version,
  }));
}

/** Heads and their options in a fixed order: two spaces of the same are walked by the same controller. */
export function vocabularyOf(space: SearchSpace): string {
  const heads = Object.entries(space.vocabulary).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([space.hasAnchors, heads]);
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

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
interface ChildLanes {
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
