import type { ConvSpaceConfig } from '../tasks/conv/conv-options';
import { counted } from '../counted';
import { CellsmithError } from '../errors';
import { convChoiceNames, convChoices, convDecisionPoints, type ConvChoiceName } from './conv-space';
import { largestDepth, type Decision, type DecisionPoint, type OptionValue } from './search-space';

/** One predicted step with its decisions by name: a layer, or a block of layers that share these settings. */
export interface ConvStep {
  readonly choices: Readonly<Record<ConvChoiceName, OptionValue>>;
  /** Steps (from 1, ascending) whose maps this one takes; none means the image. */
  readonly sources: readonly number[];
}

export interface ConvSteps {
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
