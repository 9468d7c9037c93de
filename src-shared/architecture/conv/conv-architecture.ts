import { z } from 'zod';
import { add, addSchema } from './kinds/add';
import { batchNormalisation, batchNormalisationSchema } from './kinds/batch-normalisation';
import { convolution, convolutionSchema } from './kinds/convolution';
import { dense, denseSchema } from './kinds/dense';
import { dropout, dropoutSchema } from './kinds/dropout';
import { globalAveragePooling, globalAveragePoolingSchema } from './kinds/global-average-pooling';
import { networkLimits, sideSchema, type NodeKind } from './kinds/node-kind';
import { padChannels, padChannelsSchema } from './kinds/pad-channels';
import { averagePooling, averagePoolingSchema, maxPooling, maxPoolingSchema } from './kinds/pooling';
import { relu, reluSchema } from './kinds/relu';

const nodeSchema = z.discriminatedUnion('kind', [
  convolutionSchema,
  batchNormalisationSchema,
  reluSchema,
  maxPoolingSchema,
  averagePoolingSchema,
  globalAveragePoolingSchema,
  denseSchema,
  dropoutSchema,
  addSchema,
  padChannelsSchema,
]);

/** A node of a network: its kind, its options and its inputs. */
export type NetworkNode = z.infer<typeof nodeSchema>;
export type NodeKindName = NetworkNode['kind'];
/** Of each kind: its nodes. */
export type NodesByKind = { readonly [K in NodeKindName]: Extract<NetworkNode, { kind: K }> };

const nodeKinds: { readonly [K in NodeKindName]: NodeKind<NodesByKind[K]> } = {
  convolution,
  batchNormalisation,
  relu,
  maxPooling,
  averagePooling,
  globalAveragePooling,
  dense,
  dropout,
  add,
  padChannels,
};

/** Something for each kind of node: a kind that is missing does not compile. */
export type PerKind<Extra extends readonly unknown[], Result> = {
  readonly [K in NodeKindName]: (node: NodesByKind[K], ...extra: Extra) => Result;
};

/** Calls what a map has for the kind of a node. */
export function byKind<K extends NodeKindName, Extra extends readonly unknown[], Result>(
  table: { readonly [P in K]: (node: NodesByKind[P], ...extra: Extra) => Result },
  node: NodesByKind[K],
  ...extra: Extra
): Result {
  return table[node.kind](node, ...extra);
}

/** The rules of a kind of node, with those of its functions that take a node bound to this one. */
export interface BoundRules extends Pick<NodeKind<NetworkNode>, 'merge' | 'keepsChannels' | 'kept'> {
  readonly cost: (
    ...rest: Tail<Parameters<NodeKind<NetworkNode>['cost']>>
  ) => ReturnType<NodeKind<NetworkNode>['cost']>;
  readonly text: () => string;
  readonly label: () => string;
}
type Tail<All extends readonly unknown[]> = All extends readonly [unknown, ...infer Rest] ? Rest : never;

export function rulesOf(node: NetworkNode): BoundRules {
  return bind(nodeKinds, node);
}

function bind<K extends NodeKindName>(
  kinds: { readonly [P in K]: NodeKind<NodesByKind[P]> },
  node: NodesByKind[K],
): BoundRules {
  const kind = kinds[node.kind];
  return {
    ...kind,
    cost: (input, classes) => kind.cost(node, input, classes),
    text: () => kind.text(node),
    label: () => kind.label(node),
  };
}

/** 0 is the image, n is `nodes[n - 1]`; a node refers to earlier ones alone. */
export type NodeReference = number;

/**
 * A network as a graph: nodes in topological order. The last node gives the logits [classes], and the softmax after it is
 * implied. Nodes with several inputs merge them as their kind says: by zero padding and concatenation in depth (paper
 * section 3.3), or as maps of one shape.
 */
export const convArchitectureSchema = z
  .strictObject({
    kind: z.literal('conv'),
    nodes: z.array(nodeSchema).min(1).max(networkLimits.nodes).readonly(),
    /** Present when the learning rate was predicted as a token; it replaces the recipe's. */
    learningRate: z.number().positive().exactOptional(),
  })
  .superRefine(({ nodes }, context) => {
    for (const [index, { inputs }] of nodes.entries())
      for (const [place, input] of inputs.entries())
        if (input > index)
          context.addIssue({
            code: 'custom',
            path: ['nodes', index, 'inputs', place],
            message: `must be 0 (the image) or a node before node ${index + 1}`,
          });
  });
export type ConvArchitecture = z.infer<typeof convArchitectureSchema>;

/** What the data decide: the shape of an image and the number of classes. */
export const imageTaskSchema = z.strictObject({
  height: sideSchema,
  width: sideSchema,
  channels: sideSchema,
  classes: sideSchema,
});
export type ImageTask = Readonly<z.infer<typeof imageTaskSchema>>;
