import type { ImageTask } from '../architecture/conv/conv-architecture';
import { decodeConv } from '../architecture/conv/decode-conv';
import { describeConv } from '../architecture/conv/describe-conv';
import {
  countLanguageParameters,
  languageArchitecture,
  languageMultiplyAdds,
} from '../architecture/cell/language-model-size';
import { imageTask } from '../tasks/conv/image-task';
import { isImageSearch, type SearchConfig, type TextSearchConfig } from '../config/search-config';
import { vocabularyOf } from '../tasks/text/vocabulary-of';
import type { DatasetDescription } from '../tasks/data-kinds';
import { Generator } from '../random';
import { decodeCell } from '../space/cell-space';
import type { Decision } from '../space/search-space';
import { depthOf, spaceOf } from '../space/space-of';
import { uniformWalk } from '../space/uniform-draw';

/** A child as an untrained controller proposes it, and what it costs. */
export interface SampledChild {
  readonly depth: number;
  readonly decisions: readonly Decision[];
  readonly parameters: number;
  /** Of one image, or of one token. */
  readonly multiplyAdds: number;
  /** Bytes that a training step keeps of one image, or of one token, for the backward pass. */
  readonly activationBytes: number;
}

/**
 * Draws children as a controller proposes them that has learnt nothing: its softmaxes are all but flat, so uniformly. They are spread
 * over the search, so that they have the depths that its networks will have; without a number of children, those at its beginning.
 * The same configuration and data give the same children.
 * @throws CellsmithError 'config.invalid' when the data do not suit the search, 'architecture.invalid' when no child can be made
 */
export function sampleChildren(
  config: SearchConfig,
  description: DatasetDescription,
  count: number,
): SampledChild[] {
  const space = spaceOf(config.space);
  const generator = Generator.seeded(config.seed, 'estimate');
  const costOf = costs(config, description);
  return Array.from({ length: count }, (_, index) => {
    const proposals = Math.floor(((index + 0.5) / count) * (config.budget.children ?? 1));
    const depth = depthOf(config.space, proposals);
    const { decisions } = uniformWalk(space, depth, generator);
    return { depth, decisions, ...costOf(depth, decisions) };
  });
}

type Costs = Pick<SampledChild, 'parameters' | 'multiplyAdds' | 'activationBytes'>;

function costs(
  config: SearchConfig,
  description: DatasetDescription,
): (depth: number, decisions: readonly Decision[]) => Costs {
  if (!isImageSearch(config)) {
    const vocabulary = vocabularyOf(description);
    return (_depth, decisions) => languageCosts(config, vocabulary, decisions);
  }
  const task: ImageTask = imageTask(config, description);
  return (depth, decisions) => {
    const { parameters, multiplyAdds, activationBytes } = describeConv(
      decodeConv(config.space, depth, decisions),
      task,
    );
    return { parameters, multiplyAdds, activationBytes };
  };
}

function languageCosts(
  { space, recipe }: TextSearchConfig,
  vocabulary: number,
  decisions: readonly Decision[],
): Costs {
  const cell = decodeCell(space, decisions);
  const architecture = languageArchitecture(cell, recipe, vocabulary);
  // Every node keeps what it combines and what comes out of it; the softmax its logits and probabilities.
  const kept = recipe.layers * 2 * cell.nodes.length * architecture.hidden + 2 * vocabulary;
  return {
    parameters: countLanguageParameters(architecture),
    multiplyAdds: languageMultiplyAdds(architecture),
    activationBytes: 4 * kept,
  };
}

/** The value below which the given share of the values lies, between the two nearest. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (place - Math.floor(place)) * (above - below);
}
