import { z } from 'zod';
import { activations, combinations } from '../architecture/cell/recurrent-cell';
import { textLevelSchema } from '../dataset/text-options';
import { tokenSchema } from './token';

/** What the field `format` of a file says. */
export const architectureFormat = 'cellsmith-architecture';
/** Version of the format; docs/architecture-files.md tells what changed. */
export const architectureVersion = 1;

/** Bounds keep what a file can ask of memory small; they lie far above what a search can propose. */
const most = { layers: 4096, filters: 1_000_000, side: 65_536, base: 256 } as const;

const side = z.int().min(1).max(most.side);
const references = z
  .array(z.int().min(0).max(most.layers))
  .min(1)
  .max(most.layers)
  .refine((all) => new Set(all).size === all.length, 'must not name a layer twice')
  .readonly();
const strides = { strideHeight: side, strideWidth: side };

const layerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('convolution'),
    filterHeight: side,
    filterWidth: side,
    ...strides,
    filters: z.int().min(1).max(most.filters),
    inputs: references,
  }),
  z.strictObject({
    kind: z.enum(['maxPooling', 'averagePooling']),
    height: side,
    width: side,
    ...strides,
    inputs: references,
  }),
]);

const convSchema = z
  .strictObject({
    kind: z.literal('conv'),
    layers: z.array(layerSchema).min(1).max(most.layers).readonly(),
    outputs: references,
    learningRate: z.number().positive().optional(),
  })
  .superRefine(({ layers, outputs }, context) => {
    for (const [index, { inputs }] of layers.entries())
      for (const [place, input] of inputs.entries())
        if (input > index)
          context.addIssue({
            code: 'custom',
            path: ['layers', index, 'inputs', place],
            message: `must be 0 (the image) or a layer before layer ${index + 1}`,
          });
    for (const [place, output] of outputs.entries())
      if (output > layers.length)
        context.addIssue({
          code: 'custom',
          path: ['outputs', place],
          message: `must be a layer, of which there are ${layers.length}`,
        });
  })
  .transform(({ learningRate, ...network }) => ({
    ...network,
    ...(learningRate !== undefined && { learningRate }),
  }));

const operationSchema = z.strictObject({
  combination: z.enum(combinations),
  activation: z.enum(activations),
});

const cellSchema = z
  .strictObject({
    kind: z.literal('cell'),
    base: z
      .int()
      .min(2)
      .max(most.base)
      .refine((base) => Number.isInteger(Math.log2(base)), 'must be a power of two'),
    nodes: z
      .array(operationSchema)
      .max(2 * most.base)
      .readonly(),
    inject: operationSchema,
    readNode: z.int().min(0),
    injectedNode: z.int().min(0),
  })
  .superRefine(({ base, nodes, readNode, injectedNode }, context) => {
    const wanted = 2 * base - 1;
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

const count = z.int().min(0);

/** Where an architecture comes from: a child of a run. */
const originSchema = z.strictObject({
  run: z.strictObject({ id: z.string().min(1).max(200), name: z.string().max(200) }),
  trial: z.int().min(1),
  /** How the child stood: 'completed', 'failed', … */
  state: z.string().max(32),
  /** Canonical hash. */
  hash: z.string().max(64),
  tokens: z.array(tokenSchema).max(100_000).readonly(),
  reward: z.number().nullable(),
  /** What the reward is made of: an accuracy in [0, 1] or a perplexity; null before there was one. */
  validation: z.strictObject({ measure: z.enum(['accuracy', 'perplexity']), value: z.number() }).nullable(),
  /** Milliseconds of training; null for a child that was not trained to an end. */
  trainedFor: z.number().min(0).nullable(),
});

const common = {
  format: z.literal(architectureFormat),
  version: z.literal(architectureVersion),
  /** Trained numbers, of the whole network or language model. */
  parameters: count,
  /** Multiplications, each with an addition, for one image or token. */
  multiplyAdds: count,
  origin: originSchema.nullable(),
};

/** The form of an architecture file; `parseArchitectureFile` also checks that its counts are those of its architecture. */
export const architectureFileSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('conv'),
    architecture: convSchema,
    /** Images that it sees, and classes that it tells apart. */
    task: z.strictObject({ height: side, width: side, channels: side, classes: side }),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('cell'),
    architecture: cellSchema,
    /** The language model around the cell. */
    task: z.strictObject({
      level: textLevelSchema,
      vocabulary: z.int().min(1).max(100_000_000),
      layers: z.int().min(1).max(1024),
      hidden: z.int().min(1).max(1_000_000),
      sharedEmbeddings: z.boolean(),
    }),
  }),
]);
export type ArchitectureFile = z.infer<typeof architectureFileSchema>;
