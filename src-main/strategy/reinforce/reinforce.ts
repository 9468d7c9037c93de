import { z } from 'zod';
import type { OptionsOf } from '../../../src-shared/config/strategies/strategies';
import { CellsmithError } from '../../../src-shared/errors';
import { largestReward } from '../../../src-shared/limits';
import { Generator } from '../../../src-shared/random';
import { checkedVector, damaged, decodeState, encodeState, parseHeader } from '../strategy-state';
import { decisionTally } from '../decision-tally';
import {
  clockOf,
  createParameterServer,
  fetchParameters,
  joinedMoments,
  restoreParameterServer,
  sendGradient,
} from './parameter-server';
import { initialParameters } from './policy/layout';
import { createPolicy, sample, useParameters } from './policy/policy';
import { createBackward } from './policy/backward';
import { addPolicyGradient } from './policy/policy-gradient';
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
} from '../replicas';
import type {
  CopyOf,
  Proposal,
  RewardedProposal,
  Strategy,
  StrategyRecord,
  StrategyParts,
} from '../strategy';

const count = z.int().min(0);
const headerSchema = z.strictObject({
  strategy: z.literal('reinforce'),
  vocabulary: z.string(),
  blocks: z.array(z.strictObject({ name: z.string(), offset: count, shape: z.array(count) })),
  proposals: count,
  batches: count,
  version: count,
  gradients: count,
  adamSteps: count,
  baseline: z.strictObject({ sum: z.number().min(0).max(largestReward), weight: z.number().min(0).max(1) }),
  replicas: replicasSchema,
});

/**
 * The paper's strategy (section 3.2): REINFORCE on minibatches of m architectures with a moving-average baseline, the
 * policy's parameters on a parameter server. A replica fetches them when it begins a batch, samples and later computes
 * its gradient by that copy, so that ln P is that of the policy which really sampled; the update goes to the newest.
 */
export function createReinforce(options: StrategyParts<OptionsOf<'reinforce'>>): Strategy {
  const { config, space, seed, depthAt } = options;
  const policy = createPolicy(space, config, Math.min(config.childrenPerUpdate, 32));
  const backward = createBackward(policy);
  const { layout } = policy;
  const gradient = new Float64Array(layout.size);
  const serverOptions = {
    shards: config.parameterServerShards,
    accumulate: config.accumulateGradients,
    learningRate: config.learningRate,
  };
  const first = initialParameters(layout, config.initialRange, Generator.seeded(seed, 'parameters'));
  let server = createParameterServer(first, serverOptions);
  let replicas = createReplicas(options);
  let baseline = noRewards;
  let proposals = 0;
  let batches = 0;
  /** Copies of the parameters that replicas fetched, by version. */
  let copies = new Map<number, Float64Array>();
  let versionInUse = -1;

  const use = (version: number): void => {
    if (version === versionInUse) return;
    const copy = copies.get(version);
    if (copy === undefined)
      throw new CellsmithError('internal', `Parameters of version ${version} are gone.`);
    useParameters(policy, copy);
    versionInUse = version;
  };
  const dropUnusedCopies = (): void => {
    for (const version of copies.keys())
      if (!replicas.some((replica) => replica.outstanding > 0 && replica.version === version))
        copies.delete(version);
  };

  function propose(index: number): Proposal {
    const replica = proposingReplica(replicas, index, config.childrenPerUpdate);
    if (replica.outstanding === 0) {
      replica.version = clockOf(server).version;
      if (!copies.has(replica.version)) copies.set(replica.version, fetchParameters(server));
    }
    use(replica.version);
    const depth = depthAt(proposals);
    const walk = sample(policy, depth, replica.generator);
    replica.outstanding += 1;
    proposals += 1;
    return { ...walk, depth, lane: index, parametersVersion: replica.version };
  }

  function tell(results: readonly RewardedProposal[]): StrategyRecord {
    const { replica } = learningReplica(replicas, results);
    use(replica.version);
    const rewards = results.map(({ reward }) => reward);
    const { advantages, baseline: updated } = advantagesOf(baseline, rewards, config.baselineDecay);
    // The optimiser descends, so the gradient is that of minus the objective.
    const batch = results.map(({ proposal: { depth, decisions } }, k) => ({
      depth,
      decisions,
      weight: -(advantages[k] ?? 0) / results.length,
    }));
    gradient.fill(0);
    const tally = decisionTally();
    const entropy = addPolicyGradient(
      policy,
      backward,
      batch,
      -config.entropyBonus / results.length,
      gradient,
      tally.add,
    );
    const staleness = clockOf(server).version - replica.version;
    sendGradient(server, gradient);
    const subtracted = baselineValue(baseline);
    baseline = updated;
    replica.outstanding = 0;
    batches += 1;
    dropUnusedCopies();
    const { entropies, probabilities } = tally.summary();
    return {
      number: batches,
      meanReward: meanOf(rewards),
      diagnostics: {
        ...(subtracted !== null && { baseline: subtracted }),
        gradientNorm: Math.sqrt(gradient.reduce((sum, slope) => sum + slope * slope, 0)),
        sampledVersion: replica.version,
        staleness,
        entropy,
        ...entropies,
      },
      probabilities,
    };
  }

  function state(): Uint8Array {
    const { mean, square, steps } = joinedMoments(server);
    const { version, gradients } = clockOf(server);
    const header: z.infer<typeof headerSchema> = {
      strategy: 'reinforce',
      vocabulary: vocabularyOf(space),
      blocks: layout.blocks.map(({ name, offset, shape }) => ({ name, offset, shape: [...shape] })),
      proposals,
      batches,
      version,
      gradients,
      adamSteps: steps,
      baseline,
      replicas: storedReplicas(replicas),
    };
    const vectors = new Map([
      ['parameters', server.parameters],
      ['pending', server.pending],
      ['adam.mean', mean],
      ['adam.square', square],
    ]);
    return encodeState({ header, vectors });
  }

  function restore(bytes: Uint8Array, copyOf: CopyOf = () => undefined): void {
    const checkpoint = decodeState(bytes);
    const header = parseHeader(headerSchema, checkpoint.header);
    const sameBlocks = JSON.stringify(header.blocks) === JSON.stringify(layout.blocks);
    if (!sameBlocks || header.vocabulary !== vocabularyOf(space))
      throw damaged('it belongs to another search space or another controller');
    const vector = (name: string): Float64Array =>
      checkedVector(checkpoint.vectors.get(name), name, layout.size);
    const restored = restoredReplicas(header.replicas, config, header.version);
    const inFlight = restored.filter(({ outstanding }) => outstanding > 0);
    const fetched = new Map(
      inFlight.map(({ version }) => {
        // Earlier releases had the copies in the state itself.
        const stored = checkpoint.vectors.get(`copy.${version}`) ?? copyOf(version, layout.size);
        return [version, checkedVector(stored, `copy.${version}`, layout.size)];
      }),
    );
    const stored = {
      parameters: vector('parameters'),
      pending: vector('pending'),
      mean: vector('adam.mean'),
      square: vector('adam.square'),
      steps: header.adamSteps,
      gradients: header.gradients,
      version: header.version,
    };
    server = restoreParameterServer(stored, serverOptions);
    replicas = restored;
    copies = fetched;
    versionInUse = -1;
    ({ baseline, proposals, batches } = header);
  }

  return {
    pace: paceOf(config),
    get proposals() {
      return proposals;
    },
    get copies() {
      return copies;
    },
    awaited: () => awaitedBy(replicas),
    propose,
    tell,
    state,
    restore,
  };
}

/**
 * The baseline b of REINFORCE: an exponential moving average of the rewards of earlier batches, bias-corrected, so that
 * it is an average of real rewards from the first on (paper section 3.2).
 */
interface Baseline {
  /** Σ decay^age · reward · (1 − decay), and the sum of those weights: 1 − decay^rewards. */
  readonly sum: number;
  readonly weight: number;
}

export const noRewards: Baseline = { sum: 0, weight: 0 };

/** The moving average, or null before the first reward. */
export function baselineValue({ sum, weight }: Baseline): number | null {
  return weight === 0 ? null : sum / weight;
}

/**
 * What each reward of a batch is better than expected, and the baseline after it. The rewards join the average only
 * afterwards: one that is part of its own baseline would shrink its own gradient.
 *
 * The very first batch has no earlier rewards. Subtracting nothing would make all its advantages positive and push
 * whatever was sampled; so its first reward, in the order of proposals, stands in as the baseline of the others and
 * has no advantage itself.
 */
export function advantagesOf(
  baseline: Baseline,
  rewards: readonly number[],
  decay: number,
): { readonly advantages: readonly number[]; readonly baseline: Baseline } {
  const expected = baselineValue(baseline) ?? rewards[0] ?? 0;
  let { sum, weight } = baseline;
  for (const reward of rewards) {
    sum = decay * sum + (1 - decay) * reward;
    weight = decay * weight + (1 - decay);
  }
  return { advantages: rewards.map((reward) => reward - expected), baseline: { sum, weight } };
}
