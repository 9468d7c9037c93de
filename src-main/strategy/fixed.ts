import { z } from 'zod';
import type { OptionsOf } from '../../src-shared/config/strategies/strategies';
import { CellsmithError } from '../../src-shared/errors';
import { pointsOf } from '../../src-shared/space/decision-points';
import { parseDecisionText } from '../../src-shared/space/decision-text';
import { vocabularyOf } from './replicas';
import type { Proposal, RewardedProposal, Strategy, StrategyRecord, StrategyParts } from './strategy';
import { damaged, decodeState, encodeState, parseHeader } from './strategy-state';

const count = z.int().min(0);
const headerSchema = z.strictObject({
  strategy: z.literal('fixed'),
  vocabulary: z.string(),
  proposals: count,
  updates: count,
  /** Lanes whose child is in training. */
  awaited: z.array(count),
});

/**
 * Proposes the architectures of the configuration in their order, one for each trainer, and no more after the last.
 * @throws CellsmithError 'config.invalid' without architectures, 'architecture.invalid' for one that is none of the space
 */
export function createFixed({ config, space }: StrategyParts<OptionsOf<'fixed'>>): Strategy {
  const architectures = config.architectures.map(parseDecisionText);
  if (architectures.length === 0)
    throw new CellsmithError(
      'config.invalid',
      'controller.architectures is empty: the strategy fixed needs at least one architecture to train.',
    );
  for (const { depth, decisions } of architectures) pointsOf(space, depth, decisions);
  let proposals = 0;
  let updates = 0;
  const awaited = new Set<number>();

  function propose(lane: number): Proposal | null {
    if (awaited.has(lane))
      throw new CellsmithError('internal', `Lane ${lane} awaits the reward of its proposal.`);
    const next = architectures[proposals];
    if (next === undefined) return null;
    awaited.add(lane);
    proposals += 1;
    return { lane, ...next };
  }

  function tell(results: readonly RewardedProposal[]): StrategyRecord {
    const [result, ...others] = results;
    if (result === undefined || others.length > 0 || !awaited.delete(result.proposal.lane))
      throw new CellsmithError('internal', 'A given architecture is told by itself, and its lane awaits it.');
    updates += 1;
    return { number: updates, meanReward: result.reward, diagnostics: {}, probabilities: [] };
  }

  function state(): Uint8Array {
    const header: z.infer<typeof headerSchema> = {
      strategy: 'fixed',
      vocabulary: vocabularyOf(space),
      proposals,
      updates,
      awaited: [...awaited],
    };
    return encodeState({ header, vectors: new Map() });
  }

  function restore(bytes: Uint8Array): void {
    const header = parseHeader(headerSchema, decodeState(bytes).header);
    if (header.vocabulary !== vocabularyOf(space)) throw damaged('it belongs to another search space');
    const open = new Set(header.awaited);
    if (header.proposals > architectures.length || header.proposals - header.updates !== open.size)
      throw damaged('its counts of proposals and updates contradict each other');
    ({ proposals, updates } = header);
    awaited.clear();
    for (const lane of open) awaited.add(lane);
  }

  return {
    pace: { lanes: 'trainers', batch: 1, inStep: false },
    get proposals() {
      return proposals;
    },
    awaited: () => new Map([...awaited].map((lane) => [lane, 1])),
    propose,
    tell,
    state,
    restore,
  };
}
