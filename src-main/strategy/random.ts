import { z } from 'zod';
import type { OptionsOf } from '../../src-shared/config/strategies/strategies';
import type { Generator } from '../../src-shared/random';
import {
  type DecisionPoint,
  type SearchSpace,
  openOptions,
  uniformWalk,
  pointsOf,
} from '../../src-shared/search-space';
import { damaged, decodeState, encodeState, parseHeader } from './strategy-state';
import { decisionTally } from './decision-tally';
import {
  awaitedBy,
  createReplicas,
  learningReplica,
  meanOf,
  paceOf,
  proposingReplica,
  replicasSchema,
  restoredReplicas,
  storedReplicas,
  vocabularyOf,
} from './replicas';
import type { Proposal, RewardedProposal, Strategy, StrategyRecord, StrategyParts } from './strategy';

const headerSchema = z.strictObject({
  strategy: z.literal('random'),
  vocabulary: z.string(),
  proposals: z.int().min(0),
  batches: z.int().min(0),
  replicas: replicasSchema,
});

/**
 * Random search, the paper's control (section 4, "comparison against random search"): every option of a choice is as
 * likely as the others, every link of an anchor point as likely as not. It learns nothing.
 */
export function createRandomSearch(options: StrategyParts<OptionsOf<'random'>>): Strategy {
  const { config, space, depthAt } = options;
  let replicas = createReplicas(options);
  let proposals = 0;
  let batches = 0;

  function propose(index: number): Proposal {
    const replica = proposingReplica(replicas, index, config.childrenPerUpdate);
    const depth = depthAt(proposals);
    const walk = walkOf(space, depth, replica.generator);
    replica.outstanding += 1;
    proposals += 1;
    return { ...walk, depth, lane: index, parametersVersion: 0 };
  }

  function tell(results: readonly RewardedProposal[]): StrategyRecord {
    const { replica } = learningReplica(replicas, results);
    const tally = decisionTally();
    const entropies = results.flatMap(({ proposal: { depth, decisions } }) => {
      const points = pointsOf(space, depth, decisions);
      const ofPoints = points.map(uniformEntropy);
      tally.add(points, { probabilities: points.map(uniformProbabilities), entropies: ofPoints });
      return ofPoints;
    });
    replica.outstanding = 0;
    batches += 1;
    const summary = tally.summary();
    return {
      number: batches,
      meanReward: meanOf(results.map(({ reward }) => reward)),
      diagnostics: { entropy: meanOf(entropies), ...summary.entropies },
      probabilities: summary.probabilities,
    };
  }

  function state(): Uint8Array {
    const header: z.infer<typeof headerSchema> = {
      strategy: 'random',
      vocabulary: vocabularyOf(space),
      proposals,
      batches,
      replicas: storedReplicas(replicas),
    };
    return encodeState({ header, vectors: new Map() });
  }

  function restore(bytes: Uint8Array): void {
    const header = parseHeader(headerSchema, decodeState(bytes).header);
    if (header.vocabulary !== vocabularyOf(space)) throw damaged('it belongs to another search space');
    replicas = restoredReplicas(header.replicas, config, 0);
    ({ proposals, batches } = header);
  }

  return {
    pace: paceOf(config),
    get proposals() {
      return proposals;
    },
    awaited: () => awaitedBy(replicas),
    propose,
    tell,
    state,
    restore,
  };
}

function walkOf(space: SearchSpace, depth: number, generator: Generator): Omit<Proposal, 'lane' | 'depth'> {
  const { points, decisions } = uniformWalk(space, depth, generator);
  return {
    decisions,
    logProbabilities: points.map((point) => -uniformEntropy(point)),
    probabilities: points.map(uniformProbabilities),
    entropies: points.map(uniformEntropy),
  };
}

function uniformProbabilities(point: DecisionPoint): number[] {
  if (point.kind === 'anchor') return point.candidates.map(() => 0.5);
  const open = openOptions(point);
  return point.options.map((_, option) => (open.includes(option) ? 1 / open.length : 0));
}

/** Entropy of a uniform draw, nats; its negative is ln P of whatever is drawn. */
function uniformEntropy(point: DecisionPoint): number {
  return point.kind === 'anchor' ? point.candidates.length * Math.LN2 : Math.log(openOptions(point).length);
}
