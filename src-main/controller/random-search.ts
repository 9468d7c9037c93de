import { z } from 'zod';
import type { Generator } from '../../src-shared/random';
import type { DecisionPoint, SearchSpace } from '../../src-shared/space/search-space';
import { openOptions, uniformWalk } from '../../src-shared/space/uniform-draw';
import { damaged, decodeCheckpoint, encodeCheckpoint, parseHeader } from './checkpoint';
import { decisionTally } from './decision-tally';
import { pointsOf } from './policy/grammar';
import type { Walk } from './policy/policy';
import {
  createReplicas,
  learningReplica,
  meanOf,
  proposingReplica,
  replicasSchema,
  restoredReplicas,
  storedReplicas,
  vocabularyOf,
  type StrategyOptions,
} from './replicas';
import type { LearningRecord, Proposal, RewardedProposal, Strategy } from './strategy';

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
export function createRandomSearch(options: StrategyOptions): Strategy {
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
    return { ...walk, depth, replica: index, parametersVersion: 0 };
  }

  function learn(results: readonly RewardedProposal[]): LearningRecord {
    const { replica, index } = learningReplica(replicas, results);
    const tally = decisionTally();
    const entropies = results.flatMap(({ proposal: { depth, decisions } }) => {
      const points = pointsOf(space, depth, decisions);
      const ofPoints = points.map(uniformEntropy);
      tally.add(points, { probabilities: points.map(uniformProbabilities), entropies: ofPoints });
      return ofPoints;
    });
    replica.outstanding = 0;
    batches += 1;
    return {
      number: batches,
      replica: index,
      meanReward: meanOf(results.map(({ reward }) => reward)),
      baseline: null,
      gradientNorm: 0,
      sampledVersion: 0,
      staleness: 0,
      entropy: meanOf(entropies),
      ...tally.summary(),
      parametersVersion: 0,
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
    return encodeCheckpoint({ header, vectors: new Map() });
  }

  function restore(bytes: Uint8Array): void {
    const header = parseHeader(headerSchema, decodeCheckpoint(bytes).header);
    if (header.vocabulary !== vocabularyOf(space)) throw damaged('it belongs to another search space');
    replicas = restoredReplicas(header.replicas, config, 0);
    ({ proposals, batches } = header);
  }

  return {
    kind: 'random',
    replicas: config.replicas,
    childrenPerUpdate: config.childrenPerUpdate,
    get proposals() {
      return proposals;
    },
    copies: new Map(),
    awaited: (replica) => replicas[replica]?.outstanding ?? 0,
    propose,
    learn,
    state,
    restore,
  };
}

function walkOf(space: SearchSpace, depth: number, generator: Generator): Walk {
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
