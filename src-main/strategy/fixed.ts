import { z } from 'zod';
import type { OptionsOf } from '../../src-shared/config/strategies/strategies';
import { CellsmithError } from '../../src-shared/errors';
import {
  pointsOf,
  parseDecisionText,
  type DecidedArchitecture,
  type SearchSpace,
} from '../../src-shared/search-space';
import { childLanes, childLanesSchema } from './replicas';
import type { Proposal, RewardedProposal, Strategy, StrategyRecord, StrategyParts } from './strategy';
import { damaged, decodeState, encodeState, parseHeader } from './strategy-state';

const headerSchema = z.strictObject({ strategy: z.literal('fixed'), ...childLanesSchema });

/** All architectures of a space with one decision, such as a list of given children; none of another. */
function allOf(space: SearchSpace): readonly DecidedArchitecture[] {
  const point = space.next([], 1);
  if (point?.kind !== 'choice' || space.next([0], 1) !== undefined) return [];
  return point.options.map((_, place) => ({ depth: 1, decisions: [place] }));
}

/**
 * Proposes the architectures of the configuration in their order, one for each trainer, and no more after the last. Where it names none,
 * all of a space with one decision.
 * @throws CellsmithError 'config.invalid' without architectures, 'architecture.invalid' for one that is none of the space
 */
export function createFixed({ config, space }: StrategyParts<OptionsOf<'fixed'>>): Strategy {
  const named = config.architectures.map(parseDecisionText);
  const architectures = named.length === 0 ? allOf(space) : named;
  if (architectures.length === 0)
    throw new CellsmithError(
      'config.invalid',
      'controller.architectures is empty: the strategy fixed needs at least one architecture to train.',
    );
  for (const { depth, decisions } of architectures) pointsOf(space, depth, decisions);
  const lanes = childLanes(space);

  function propose(lane: number): Proposal | null {
    lanes.requireFree(lane);
    const next = architectures[lanes.proposals];
    if (next === undefined) return null;
    lanes.begin(lane);
    return { lane, ...next };
  }

  function tell(results: readonly RewardedProposal[]): StrategyRecord {
    const { proposal, reward } = lanes.only(results);
    return { number: lanes.end(proposal.lane), meanReward: reward, diagnostics: {}, probabilities: [] };
  }

  function state(): Uint8Array {
    const header: z.infer<typeof headerSchema> = { strategy: 'fixed', ...lanes.stored() };
    return encodeState({ header, vectors: new Map() });
  }

  function restore(bytes: Uint8Array): void {
    const header = parseHeader(headerSchema, decodeState(bytes).header);
    lanes.check(header);
    if (header.proposals > architectures.length)
      throw damaged('its counts of proposals and updates contradict each other');
    lanes.restore(header);
  }

  return {
    pace: lanes.pace,
    get proposals() {
      return lanes.proposals;
    },
    awaited: lanes.awaited,
    propose,
    tell,
    state,
    restore,
  };
}
