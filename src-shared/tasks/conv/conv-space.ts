import type { ConvSpaceConfig } from './conv-options';
import {
  type ChoicePoint,
  type Decision,
  type DecisionPoint,
  type OptionValue,
  type SearchSpace,
  largestDepth,
} from '../../search-space';
import { counted } from '../../counted';
import { CellsmithError } from '../../errors';

/** What a predicted step decides by a softmax, in the order in which the controller predicts it (paper figures 2 and 4). */
const convChoiceNames = [
  'layerType',
  'filterHeight',
  'filterWidth',
  'strideHeight',
  'strideWidth',
  'filters',
  'poolingSize',
] as const;
type ConvChoiceName = (typeof convChoiceNames)[number];

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

function learningRateChoice(config: ConvSpaceConfig): [string, readonly OptionValue[]] {
  return ['learningRate', config.learningRates];
}

function choicePoint(name: string, layer: number, options: readonly OptionValue[]): ChoicePoint {
  return { kind: 'choice', name, layer, options };
}

/** One predicted step with its decisions by name: a layer, or a block of layers that share these settings. */
export interface ConvStep {
  readonly choices: Readonly<Record<ConvChoiceName, OptionValue>>;
  /** Steps (from 1, ascending) whose maps this one takes; none means the image. */
  readonly sources: readonly number[];
}

interface ConvSteps {
  readonly steps: readonly ConvStep[];
  /** Present when the space decides the learning rate. */
  readonly learningRate?: number;
}

/**
 * Gives the decisions of a policy their names. Without skip connections each step takes the one before it.
 * @throws {CellsmithError} 'architecture.invalid', naming the position, when the decisions are not ones of the space
 */
export function readConvSteps(
  config: ConvSpaceConfig,
  depth: number,
  decisions: readonly Decision[],
): ConvSteps {
  if (!Number.isInteger(depth) || depth < 1 || depth > largestDepth)
    throw new CellsmithError(
      'architecture.invalid',
      `An architecture has from 1 to ${largestDepth} predicted layers or blocks, not ${depth}.`,
    );
  const choices = convChoices(config);
  const steps: { choices: Record<ConvChoiceName, OptionValue>; sources: number[] }[] = [];
  for (let step = 1; step <= depth; step++) {
    const first = Object.fromEntries(convChoiceNames.map((name) => [name, choices[name][0]]));
    steps.push({
      choices: first as Record<ConvChoiceName, OptionValue>,
      sources: config.skipConnections || step === 1 ? [] : [step - 1],
    });
  }
  let learningRate = config.learningRates[0];
  let position = 0;
  for (const point of convDecisionPoints(config, depth, decisions)) {
    const decision = decisions[position];
    const step = steps[point.layer - 1];
    if (point.kind === 'anchor') step?.sources.push(...selectedSteps(point, decision, position));
    else {
      const option = chosenOption(point, decision, position);
      if (step) step.choices[point.name as ConvChoiceName] = option;
      else learningRate = Number(option);
    }
    position++;
  }
  if (decisions.length !== position)
    throw new CellsmithError(
      'architecture.invalid',
      `An architecture of ${counted(depth, 'layer')} takes ${counted(position, 'decision')}, not ${decisions.length}.`,
    );
  return {
    steps,
    ...(learningRate !== undefined && { learningRate }),
  };
}

/**
 * The decisions that say these steps: the inverse of readConvSteps.
 * @throws {CellsmithError} 'architecture.invalid' when a step is not one of the space
 */
export function writeConvSteps(config: ConvSpaceConfig, architecture: ConvSteps): Decision[] {
  const decisions: Decision[] = [];
  for (const point of convDecisionPoints(config, architecture.steps.length, decisions)) {
    const step = architecture.steps[point.layer - 1];
    if (point.kind === 'anchor') {
      decisions.push(point.candidates.map((_, index) => (step?.sources.includes(index + 1) ? 1 : 0)));
      continue;
    }
    const value = step ? step.choices[point.name as ConvChoiceName] : architecture.learningRate;
    const index = value === undefined ? -1 : point.options.indexOf(value);
    if (index < 0)
      throw new CellsmithError(
        'architecture.invalid',
        `The search space has no ${describe(point)} of ${String(value)}; its options are ${point.options.join(', ')}.`,
      );
    decisions.push(index);
  }
  return decisions;
}

function chosenOption(
  point: DecisionPoint & { kind: 'choice' },
  decision: Decision | undefined,
  position: number,
): OptionValue {
  const option = typeof decision === 'number' ? point.options[decision] : undefined;
  if (option === undefined)
    throw invalid(point, decision, position, `an index from 0 to ${point.options.length - 1}`);
  return option;
}

/** Candidates are the anchor points of the steps before, oldest first: candidate i is step i + 1. */
function selectedSteps(
  point: DecisionPoint & { kind: 'anchor' },
  decision: Decision | undefined,
  position: number,
): number[] {
  const valid =
    Array.isArray(decision) &&
    decision.length === point.candidates.length &&
    decision.every((bit) => bit === 0 || bit === 1);
  if (!valid)
    throw invalid(point, decision, position, `a list of ${counted(point.candidates.length, 'bit')}`);
  return (decision as readonly number[]).flatMap((bit, index) => (bit === 1 ? [index + 1] : []));
}

function invalid(point: DecisionPoint, decision: Decision | undefined, position: number, wanted: string) {
  const given = decision === undefined ? 'missing' : JSON.stringify(decision);
  return new CellsmithError(
    'architecture.invalid',
    `Decision ${position} (${describe(point)}) must be ${wanted}, but is ${given}.`,
  );
}

function describe(point: DecisionPoint): string {
  const words = point.name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return point.layer === 0 ? words : `${words} of layer ${point.layer}`;
}
