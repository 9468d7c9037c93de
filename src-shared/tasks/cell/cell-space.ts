import { CellsmithError } from '../../errors';
import {
  nodeCount,
  type Activation,
  type CellOperation,
  type Combination,
  type RecurrentCell,
  activations,
  cellBases,
  combinations,
} from '../../architecture/cell/recurrent-cell';
import type { ChoicePoint, Decision, SearchSpace } from '../../search-space';
import { z } from 'zod';
import { option, allDiffer } from '../../option';

/** What may be picked in a search over recurrent cells (paper section 3.4). */
interface CellSpaceOptions {
  /** Leaves of the tree: a power of two from 2. */
  readonly base: number;
  readonly combinations: readonly Combination[];
  readonly activations: readonly Activation[];
}

/**
 * The grammar of recurrent cells: a combination and an activation for every node, leaves first; then those of cell inject; then
 * the two cell indices, where c_t is read and where c_{t−1} is injected. Every sequence of picks is a cell with a meaning
 * by itself: c_t is taken before the activation of its node and c_{t−1} joins after one, so no value can depend on itself.
 */
export function cellSpace(options: CellSpaceOptions): SearchSpace {
  const nodes = nodeCount(options.base);
  const indices = Array.from({ length: nodes }, (_, node) => node);
  const vocabulary = {
    combination: options.combinations,
    activation: options.activations,
    injectCombination: options.combinations,
    injectActivation: options.activations,
    readNode: indices,
    injectedNode: indices,
  };
  const tail = ['injectCombination', 'injectActivation', 'readNode', 'injectedNode'] as const;
  return {
    vocabulary,
    hasAnchors: false,
    next(decisions: readonly Decision[]): ChoicePoint | undefined {
      const position = decisions.length;
      const name =
        position < 2 * nodes
          ? position % 2 === 0
            ? 'combination'
            : 'activation'
          : tail[position - 2 * nodes];
      if (name === undefined) return undefined;
      return {
        kind: 'choice',
        name,
        layer: Math.min(Math.floor(position / 2), nodes - 1),
        options: vocabulary[name],
      };
    },
  };
}

/**
 * The cell that a complete sequence of decisions describes.
 * @throws architecture.invalid naming the decision that is missing or not an option
 */
export function decodeCell(options: CellSpaceOptions, decisions: readonly Decision[]): RecurrentCell {
  const nodes = nodeCount(options.base);
  if (decisions.length !== 2 * nodes + 4)
    throw new CellsmithError(
      'architecture.invalid',
      `A cell of base ${options.base} is described by ${2 * nodes + 4} decisions, not ${decisions.length}.`,
    );
  const pick = <T>(position: number, from: readonly T[], what: string): T => {
    const decision = decisions[position];
    const value = typeof decision === 'number' ? from[decision] : undefined;
    if (value === undefined)
      throw new CellsmithError(
        'architecture.invalid',
        `Decision ${position + 1} is not a valid ${what} of this search space.`,
      );
    return value;
  };
  const operationAt = (position: number): CellOperation => ({
    combination: pick(position, options.combinations, 'combination'),
    activation: pick(position + 1, options.activations, 'activation'),
  });
  const indices = Array.from({ length: nodes }, (_, node) => node);
  return {
    kind: 'cell',
    base: options.base,
    nodes: indices.map((node) => operationAt(2 * node)),
    inject: operationAt(2 * nodes),
    readNode: pick(2 * nodes + 2, indices, 'node'),
    injectedNode: pick(2 * nodes + 3, indices, 'node'),
  };
}

/** Number of different sequences of decisions; 6.3·10^16 for base 8 with the paper's operations. */
export function cellSpaceSize(options: CellSpaceOptions): bigint {
  const nodes = BigInt(nodeCount(options.base));
  const operations = BigInt(options.combinations.length * options.activations.length);
  return operations ** (nodes + 1n) * nodes * nodes;
}

/** The space of recurrent cells (paper section 3.4): complete binary trees, with cell inject and cell indices. */
export const cellSpaceSchema = z.strictObject({
  kind: z.literal('cell'),
  base: option(z.literal(cellBases), {
    label: 'Base',
    help: 'Leaves of the tree that defines a cell; each leaf has its own weights.',
    paper: { 'ptb-base8': 8 },
  }),
  combinations: option(z.array(z.enum(combinations)).min(1).refine(allDiffer, 'must hold no value twice'), {
    label: 'Combinations',
    help: 'Functions that may combine the two inputs of a tree node.',
    paper: { 'ptb-base8': ['elem_mult', 'add'], 'ptb-base8-max-sin': ['elem_mult', 'add', 'max'] },
  }),
  activations: option(z.array(z.enum(activations)).min(1).refine(allDiffer, 'must hold no value twice'), {
    label: 'Activations',
    help: 'Activations that may follow the combination.',
    paper: {
      'ptb-base8': ['identity', 'tanh', 'sigmoid', 'relu'],
      'ptb-base8-max-sin': ['identity', 'tanh', 'sigmoid', 'relu', 'sin'],
    },
  }),
});
export type CellSpaceConfig = z.infer<typeof cellSpaceSchema>;
