import { z } from 'zod';

/** Limits bound the memory that a file or message can ask for; they lie far above what a search proposes. */
const limits = { layers: 4096, filters: 1_000_000, side: 65_536 } as const;

/** Height or width, in pixels, of an image, a filter, a pooling window or a stride. */
const sideSchema = z.int().min(1).max(limits.side);

const referencesSchema = z
  .array(z.int().min(0).max(limits.layers))
  .min(1)
  .max(limits.layers)
  .refine((all) => new Set(all).size === all.length, 'must not name a layer twice')
  .readonly();

const strides = { strideHeight: sideSchema, strideWidth: sideSchema };

const convolutionSchema = z.strictObject({
  kind: z.literal('convolution'),
  filterHeight: sideSchema,
  filterWidth: sideSchema,
  ...strides,
  filters: z.int().min(1).max(limits.filters),
  inputs: referencesSchema,
});

const poolingSchema = z.strictObject({
  kind: z.enum(['maxPooling', 'averagePooling']),
  height: sideSchema,
  width: sideSchema,
  ...strides,
  inputs: referencesSchema,
});

const layerSchema = z.discriminatedUnion('kind', [convolutionSchema, poolingSchema]);

/** Convolution → batch normalisation → ReLU, 'same' padding. */
export type ConvolutionLayer = z.infer<typeof convolutionSchema>;
/** A layer; poolings have 'same' padding. */
export type Layer = z.infer<typeof layerSchema>;

/** 0 is the image, n is `layers[n - 1]`; a layer refers to earlier ones alone. */
export type LayerReference = number;

/**
 * A network of the convolutional space, decoded: nothing is implied any more. Inputs of a layer are padded with zeros at the
 * bottom and right to the largest height and width and concatenated in depth, in the order of `inputs`.
 * `outputs` are the layers that feed nothing; concatenated in the same way they go through global average pooling
 * to the softmax (paper sections 3.2, 3.3).
 */
export const convArchitectureSchema = z
  .strictObject({
    kind: z.literal('conv'),
    layers: z.array(layerSchema).min(1).max(limits.layers).readonly(),
    outputs: referencesSchema,
    /** Present when the learning rate was predicted as a token; it replaces the recipe's. */
    learningRate: z.number().positive().exactOptional(),
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
