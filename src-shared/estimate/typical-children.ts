import type { SearchConfig } from '../config/search-config';
import { Generator } from '../random';
import { type Decision, uniformWalk } from '../search-space';
import {
  depthOf,
  spaceOf,
  modelMaker,
  recipeOfChild,
  taskOfSpace,
  type SpaceConfig,
} from '../tasks/searched';
import { type DatasetDescription, dataKinds, type Recipe } from '../tasks/data-kinds';
import type { Costs } from '../tasks/task';
import type { EpochSteps } from '../tasks/data-kind';

/** A child as an untrained controller proposes it, and what it costs. */
export interface SampledChild extends Costs {
  readonly depth: number;
  readonly decisions: readonly Decision[];
  readonly recipe: Recipe;
}

/**
 * Draws children as a controller proposes them that has learnt nothing: its softmaxes are all but flat, so uniformly. They are spread
 * over the search, so that they have the depths that its networks will have; without a number of children, those at its beginning.
 * The same configuration and data give the same children. Of a list of given children these are all, each once.
 * @throws CellsmithError 'config.invalid' when the data do not suit the search, 'architecture.invalid' when no child can be made
 */
export function sampleChildren(
  config: SearchConfig,
  description: DatasetDescription,
  count: number,
): SampledChild[] {
  const space = spaceOf(config.space);
  const generator = Generator.seeded(config.seed, 'estimate');
  const task = taskOfSpace(config.space);
  const modelOf = modelMaker(config, description);
  const { space: options } = config;
  const drawn = options.kind === 'given' ? options.children.length : count;
  return Array.from({ length: drawn }, (_, index) => {
    const proposals = Math.floor(((index + 0.5) / count) * (config.budget.children ?? 1));
    const depth = depthOf(config.space, proposals);
    const decisions = options.kind === 'given' ? [index] : uniformWalk(space, depth, generator).decisions;
    const model = modelOf(depth, decisions);
    const { parameters, multiplyAdds, activationBytes } = task.costs(model.architecture, model.task);
    const recipe = recipeOfChild(config, decisions);
    return { depth, decisions, recipe, parameters, multiplyAdds, activationBytes };
  });
}

/** The value below which the given share of the values lies, between the two nearest. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (place - Math.floor(place)) * (above - below);
}

/** Exact number of decision sequences of a space for networks with the given number of predicted steps; cells have 1. */
export function spaceCount(space: SpaceConfig, depth: number): bigint {
  return taskOfSpace(space).count(space, depth);
}

/** A depth that the networks of a search have, and how many there are of it. */
interface SpaceAtDepth {
  readonly depth: number;
  readonly count: bigint;
}

/** The space at the beginning of a search and, where networks grow, at its end; a search without a number of children is at its beginning. */
export function spaceSizes({ space, budget }: SearchConfig): readonly SpaceAtDepth[] {
  const depths = [depthOf(space, 0), depthOf(space, Math.max(0, (budget.children ?? 1) - 1))];
  return [...new Set(depths)].map((depth) => ({ depth, count: spaceCount(space, depth) }));
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** '2,916', '6.3·10¹⁶': all digits up to a million, two of them and the power of ten beyond. */
export function countText(count: bigint): string {
  const digits = count.toString();
  if (digits.length <= 6) return digits.replace(/\B(?=(\d{3})+$)/g, ',');
  const tenths = Math.round(Number(digits.slice(0, 4)) / 100);
  const [mantissa, exponent] = tenths === 100 ? [1, digits.length] : [tenths / 10, digits.length - 1];
  const power = String(exponent).replace(/\d/g, (digit) => superscripts[Number(digit)] ?? digit);
  return `${mantissa.toFixed(1)}·10${power}`;
}

/** All digits in groups of three: '63,331,869,759,897,600'. */
export function exactCountText(count: bigint): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/**
 * Multiply-adds of training for one epoch, of a child with one for each example: its training steps, each forwards and, at about twice
 * the cost, backwards. Multiplied by a child's own, they are what a budget counts.
 */
export function multiplyAddsAnEpoch({ training, examples }: EpochSteps): number {
  return 3 * training * examples;
}

/** The steps of an epoch of a search's children on a data set; none on data of another kind. */
export function epochSteps(
  { recipe }: { readonly recipe: Recipe },
  description: DatasetDescription,
): EpochSteps {
  if (description.kind !== recipe.kind) return { training: 0, evaluation: 0, examples: 1 };
  return dataKinds.of(recipe.kind).epochSteps(recipe, description);
}
