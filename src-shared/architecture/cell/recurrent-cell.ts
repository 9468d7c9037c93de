import { z } from 'zod';

/** How two values meet, element by element (paper section 3.4; `max` belongs to the control experiment). */
export const combinations = ['elem_mult', 'add', 'max'] as const;
export type Combination = (typeof combinations)[number];

/** `sin` belongs to the control experiment. */
export const activations = ['identity', 'tanh', 'sigmoid', 'relu', 'sin'] as const;
export type Activation = (typeof activations)[number];

/** activation(combination(left, right)). */
const operationSchema = z.strictObject({
  combination: z.enum(combinations),
  activation: z.enum(activations),
});
export type CellOperation = Readonly<z.infer<typeof operationSchema>>;

/** Numbers of leaves that a cell can have: those for which there are kernels. */
export const cellBases = [2, 4, 8, 16] as const;

/**
 * A recurrent cell: a complete binary tree over `base` leaves (paper section 3.4, figure 5).
 * Nodes are numbered leaves first, then level by level up to the root: leaves 0 … base−1, root 2·base−2.
 * Leaf i computes activation(combination(W_i x_t, U_i h_{t−1})); an inner node combines its two children and has no weights.
 */
export const recurrentCellSchema = z
  .strictObject({
    kind: z.literal('cell'),
    /** Number of leaves. */
    base: z
      .int()
      .refine((base) => cellBases.some((one) => one === base), `must be one of ${cellBases.join(', ')}`),
    /** 2·base − 1 operations in the order of the node numbers. */
    nodes: z
      .array(operationSchema)
      .max(nodeCount(Math.max(...cellBases)))
      .readonly(),
    /** Cell inject: what joins c_{t−1} to the output of node `injectedNode`. */
    inject: operationSchema,
    /**
     * First cell index: c_t is this node's value before its activation (and before any injection, which comes after the activation).
     */
    readNode: z.int().min(0),
    /** Second cell index: the node whose output is joined with c_{t−1}; its parent, or h_t when it is the root, uses the result. */
    injectedNode: z.int().min(0),
  })
  .superRefine(({ base, nodes, readNode, injectedNode }, context) => {
    const wanted = nodeCount(base);
    if (nodes.length !== wanted)
      context.addIssue({
        code: 'custom',
        path: ['nodes'],
        message: `must be ${wanted} operations for base ${base}, not ${nodes.length}`,
      });
    for (const [field, node] of Object.entries({ readNode, injectedNode }))
      if (node >= wanted)
        context.addIssue({
          code: 'custom',
          path: [field],
          message: `must be a node from 0 to ${wanted - 1}`,
        });
  });
export type RecurrentCell = Readonly<z.infer<typeof recurrentCellSchema>>;

/** Number of tree nodes over `base` leaves. */
export function nodeCount(base: number): number {
  return 2 * base - 1;
}

/** The two children of an inner node; undefined for leaves. */
export function childrenOf(base: number, node: number): readonly [number, number] | undefined {
  if (node < base) return undefined;
  const left = 2 * (node - base);
  return [left, left + 1];
}

/** The parent of a node; undefined for the root. */
export function parentOf(base: number, node: number): number | undefined {
  return node === 2 * base - 2 ? undefined : base + Math.floor(node / 2);
}

const node = (activation: Activation, combination: Combination) => ({ combination, activation });

/** NASCell, the cell that the search of the paper found with base 8 (as published with TensorFlow). */
export const nasCell: RecurrentCell = {
  kind: 'cell',
  base: 8,
  nodes: [
    node('sigmoid', 'add'),
    node('relu', 'add'),
    node('sigmoid', 'add'),
    node('relu', 'elem_mult'),
    node('tanh', 'add'),
    node('sigmoid', 'add'),
    node('tanh', 'add'),
    node('sigmoid', 'add'),
    node('tanh', 'elem_mult'),
    node('tanh', 'add'),
    node('tanh', 'elem_mult'),
    node('sigmoid', 'add'),
    node('identity', 'elem_mult'),
    node('tanh', 'add'),
    node('tanh', 'elem_mult'),
  ],
  inject: node('tanh', 'add'),
  readNode: 12,
  injectedNode: 8,
};
