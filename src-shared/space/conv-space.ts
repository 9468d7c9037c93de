import type { ConvSpaceConfig } from '../tasks/conv/conv-options';
import type { ChoicePoint, Decision, DecisionPoint, OptionValue, SearchSpace } from './search-space';

/** What a predicted step decides by a softmax, in the order in which the controller predicts it (paper figures 2 and 4). */
export const convChoiceNames = [
  'layerType',
  'filterHeight',
  'filterWidth',
  'strideHeight',
  'strideWidth',
  'filters',
  'poolingSize',
] as const;
export type ConvChoiceName = (typeof convChoiceNames)[number];

/** The options of each choice; a set of one is taken without asking the controller. */
export function convChoices(
  config: ConvSpaceConfig,
): Readonly<Record<ConvChoiceName, readonly OptionValue[]>> {
  return {
    layerType: config.layerTypes,
    filterHeight: config.filterHeights,
    filterWidth: config.filterWidths,
    strideHeight: config.strideHeights,
    strideWidth: config.strideWidths,
    filters: config.filters,
    poolingSize: config.pooling.kind === 'predicted' ? config.pooling.sizes : [1],
  };
}

/**
 * The convolutional search space (paper section 3.1 to 3.3): for each of `depth` predicted steps the type of layer, filter height
 * and width, stride height and width, number of filters, pooling size and anchor point; then the learning rate.
 * Sets of one option make no decision. A layer that the controller made a pooling has no number of filters.
 * Layer 1 has an anchor point without candidates: later anchors attend to the controller's state there.
 */
export function convSpace(config: ConvSpaceConfig): SearchSpace {
  const vocabulary: Record<string, readonly OptionValue[]> = {};
  for (const [name, options] of [...Object.entries(convChoices(config)), learningRateChoice(config)])
    if (options.length > 1) vocabulary[name] = options;
  return {
    vocabulary,
    hasAnchors: config.skipConnections,
    next(decisions, depth) {
      let position = 0;
      for (const point of convDecisionPoints(config, depth, decisions))
        if (position++ === decisions.length) return point;
      return undefined;
    },
  };
}

/**
 * The decision points of an architecture of `depth` steps, in order. Only a decision about the type of a layer changes those that
 * follow; it is read from `decisions` when the next point is asked for, so that a walk may stop where the decisions end.
 */
export function* convDecisionPoints(
  config: ConvSpaceConfig,
  depth: number,
  decisions: readonly Decision[],
): Generator<DecisionPoint, void, void> {
  const choices = convChoices(config);
  const anchors: number[] = [];
  let position = 0;
  for (let layer = 1; layer <= depth; layer++) {
    let type: OptionValue | undefined = choices.layerType[0];
    for (const name of convChoiceNames) {
      const options = choices[name];
      if (options.length < 2 || (name === 'filters' && type !== 'convolution')) continue;
      yield choicePoint(name, layer, options);
      const decision = decisions[position++];
      if (name === 'layerType' && typeof decision === 'number') type = options[decision];
    }
    if (config.skipConnections) {
      yield { kind: 'anchor', name: 'anchorPoint', layer, candidates: [...anchors] };
      anchors.push(position++);
    }
  }
  const [name, rates] = learningRateChoice(config);
  // It belongs to the network as a whole: layer 0.
  if (rates.length > 1) yield choicePoint(name, 0, rates);
}

/** Predicted steps of the next network after a number of proposals (paper section 4.1: 6, and 2 more every 1,600). */
export function depthAt(schedule: ConvSpaceConfig['schedule'], proposalsSoFar: number): number {
  const grown = schedule.initialLayers + schedule.growBy * Math.floor(proposalsSoFar / schedule.every);
  return Math.min(grown, schedule.maximumLayers);
}

/** How many different sequences of decisions there are for networks of `depth` steps. */
export function convSpaceSize(config: ConvSpaceConfig, depth: number): bigint {
  const choices = convChoices(config);
  const product = (names: readonly ConvChoiceName[]): bigint =>
    names.reduce((size, name) => size * BigInt(choices[name].length), 1n);
  const geometry = product(['filterHeight', 'filterWidth', 'strideHeight', 'strideWidth', 'poolingSize']);
  const types = choices.layerType.reduce<bigint>(
    (size, type) => size + (type === 'convolution' ? product(['filters']) : 1n),
    0n,
  );
  const anchors = config.skipConnections ? 2n ** BigInt((depth * (depth - 1)) / 2) : 1n;
  const rates = BigInt(Math.max(config.learningRates.length, 1));
  return (geometry * types) ** BigInt(depth) * anchors * rates;
}

/** The decimal logarithm of a positive number of any size. */
export function log10OfBigInt(value: bigint): number {
  const digits = value.toString();
  return Math.log10(Number(digits.slice(0, 15))) + Math.max(digits.length - 15, 0);
}

function learningRateChoice(config: ConvSpaceConfig): [string, readonly OptionValue[]] {
  return ['learningRate', config.learningRates];
}

function choicePoint(name: string, layer: number, options: readonly OptionValue[]): ChoicePoint {
  return { kind: 'choice', name, layer, options };
}
