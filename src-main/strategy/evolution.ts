import { z } from 'zod';
import type { OptionsOf } from '../../src-shared/config/strategies/strategies';
import { CellsmithError } from '../../src-shared/errors';
import { Generator } from '../../src-shared/random';
import { decisionSchema } from '../../src-shared/run/trial';
import { largestReward } from '../../src-shared/limits';
import {
  largestDepth,
  mostDecisions,
  type Decision,
  type DecisionPoint,
  type SearchSpace,
  fits,
  pointsOf,
  openOptions,
  uniformDecision,
  uniformWalk,
} from '../../src-shared/search-space';
import { decisionTally } from './decision-tally';
import { childLanes, childLanesSchema, meanOf } from './replicas';
import { damaged, decodeState, encodeState, generatorStateSchema, parseHeader } from './strategy-state';
import type { Proposal, RewardedProposal, Strategy, StrategyRecord, StrategyParts } from './strategy';

const memberSchema = z.strictObject({
  depth: z.int().min(1).max(largestDepth),
  decisions: z.array(decisionSchema).max(mostDecisions),
  reward: z.number().positive().max(largestReward),
});
const headerSchema = z.strictObject({
  strategy: z.literal('evolution'),
  generator: generatorStateSchema,
  /** Oldest first. */
  population: z.array(memberSchema),
  ...childLanesSchema,
});
type Member = z.infer<typeof memberSchema>;

/**
 * Regularised evolution (Real et al. 2018, arXiv:1802.01548, section 3): a population of P architectures, the first P drawn
 * uniformly. Then each child is its parent with one decision mutated; the parent is the best of S members drawn with
 * replacement. Each trained child enters the population and the oldest member leaves, however good it is.
 *
 * Children are proposed while others are in training, one for each trainer. A failed child does not enter the population.
 */
export function createEvolution({
  config,
  space,
  seed,
  depthAt,
}: StrategyParts<OptionsOf<'evolution'>>): Strategy {
  let generator = Generator.seeded(seed, 'evolution');
  let population: Member[] = [];
  const lanes = childLanes(space);

  function propose(lane: number): Proposal {
    lanes.requireFree(lane);
    const depth = depthAt(lanes.proposals);
    const fills = population.length + lanes.open < config.population;
    const decisions =
      fills || population.length === 0
        ? uniformWalk(space, depth, generator).decisions
        : mutated(space, depth, parentOf(population, config.sampleSize, generator), generator);
    lanes.begin(lane);
    return { lane, depth, decisions };
  }

  function tell(results: readonly RewardedProposal[]): StrategyRecord {
    const { proposal, reward } = lanes.only(results);
    if (!Number.isFinite(reward))
      throw new CellsmithError('internal', 'A reward must be a finite number; a failed child has 0.');
    const { depth } = proposal;
    // Refuses what does not fit the space.
    pointsOf(space, depth, proposal.decisions);
    if (reward > 0) {
      const decisions = proposal.decisions.map((decision) =>
        typeof decision === 'number' ? decision : [...decision],
      );
      population = [...population, { depth, decisions, reward }].slice(-config.population);
    }
    const rewards = population.map((member) => member.reward);
    return {
      number: lanes.end(proposal.lane),
      meanReward: reward,
      diagnostics: {
        ...(rewards.length > 0 && {
          'population.best': rewards.reduce((best, one) => Math.max(best, one), 0),
          'population.mean': meanOf(rewards),
        }),
        'population.size': population.length,
        'population.different': new Set(population.map(({ decisions }) => JSON.stringify(decisions))).size,
      },
      probabilities: sharesOf(space, population),
    };
  }

  function state(): Uint8Array {
    const header: z.infer<typeof headerSchema> = {
      strategy: 'evolution',
      generator: [...generator.state],
      population,
      ...lanes.stored(),
    };
    return encodeState({ header, vectors: new Map() });
  }

  function restore(bytes: Uint8Array): void {
    const header = parseHeader(headerSchema, decodeState(bytes).header);
    lanes.check(header);
    if (header.population.length > config.population)
      throw damaged('its population is larger than that of the configuration');
    for (const { depth, decisions } of header.population) pointsOf(space, depth, decisions);
    generator = Generator.fromState(header.generator);
    ({ population } = header);
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

/** The winner of a tournament among `size` members drawn with replacement. */
function parentOf(population: readonly Member[], size: number, generator: Generator): Member {
  const sample = Array.from({ length: size }, () => population[generator.integer(population.length)]);
  const best = sample.reduce((winner, member) =>
    (member?.reward ?? 0) > (winner?.reward ?? 0) ? member : winner,
  );
  if (best === undefined)
    throw new CellsmithError('internal', 'There is no population to draw a parent from.');
  return best;
}

/**
 * The parent with one decision changed: another option of a choice, or one link of an anchor point. A later decision that does
 * not fit any more, and those of layers that the parent does not have, are drawn uniformly; where nothing can be changed, nothing is.
 */
function mutated(space: SearchSpace, depth: number, parent: Member, generator: Generator): Decision[] {
  const inherited = new Map(
    pointsOf(space, parent.depth, parent.decisions).map((point, step) => [
      keyOf(point),
      parent.decisions[step],
    ]),
  );
  const inherit = (decisions: Decision[]): Decision[] => {
    for (let point = space.next(decisions, depth); point; point = space.next(decisions, depth)) {
      const own = inherited.get(keyOf(point));
      decisions.push(own !== undefined && fits(own, point) ? own : uniformDecision(point, generator));
    }
    return decisions;
  };
  const whole = inherit([]);
  const places = pointsOf(space, depth, whole).flatMap((point, step) =>
    optionsAt(point) > 1 ? [{ point, step }] : [],
  );
  const place = places[generator.integer(Math.max(1, places.length))];
  if (place === undefined) return whole;
  return inherit([...whole.slice(0, place.step), otherDecision(place.point, whole[place.step], generator)]);
}

/** The layer and kind of a decision: what it is of, wherever it comes in the sequence. */
function keyOf({ name, layer }: DecisionPoint): string {
  return `${name} ${layer}`;
}

function optionsAt(point: DecisionPoint): number {
  return point.kind === 'anchor' ? 2 ** Math.min(1, point.candidates.length) : openOptions(point).length;
}

function otherDecision(point: DecisionPoint, own: Decision | undefined, generator: Generator): Decision {
  if (point.kind === 'anchor') {
    const flipped = generator.integer(point.candidates.length);
    return point.candidates.map((_, link) => {
      const bit = typeof own === 'object' ? (own[link] ?? 0) : 0;
      return link === flipped ? 1 - bit : bit;
    });
  }
  const others = openOptions(point).filter((option) => option !== own);
  return others[generator.integer(others.length)] ?? 0;
}

/** At each decision point, how many of the members have each option. */
function sharesOf(space: SearchSpace, population: readonly Member[]): StrategyRecord['probabilities'] {
  const tally = decisionTally();
  for (const { depth, decisions } of population) {
    const points = pointsOf(space, depth, decisions);
    const probabilities = points.map((point, step) => {
      const decision = decisions[step];
      if (point.kind === 'anchor') return typeof decision === 'object' ? decision : [];
      return point.options.map((_, option) => Number(option === decision));
    });
    tally.add(points, { probabilities, entropies: points.map(() => 0) });
  }
  return tally.summary().probabilities;
}
