import { z } from 'zod';
import { counted } from '../../../counted';
import { channelsSchema, inputsSchema, sideSchema, strided, strideText, type NodeKind } from './node-kind';

export const convolutionSchema = z
  .strictObject({
    kind: z.literal('convolution'),
    filterHeight: sideSchema,
    filterWidth: sideSchema,
    strideHeight: sideSchema,
    strideWidth: sideSchema,
    filters: channelsSchema,
    /**
     * 'same': as little as leaves ⌈size / stride⌉, an odd pixel at the bottom and right (TensorFlow). 'symmetric': (filter − 1) / 2 on
     * every side (PyTorch, Caffe). They differ where the stride is above 1.
     */
    padding: z.enum(['same', 'symmetric']),
    bias: z.boolean(),
    inputs: inputsSchema,
  })
  .refine(
    ({ padding, filterHeight, filterWidth }) =>
      padding === 'same' || (filterHeight % 2 === 1 && filterWidth % 2 === 1),
    { path: ['padding'], message: "must be 'same' for a filter of even height or width" },
  );
export type ConvolutionNode = z.infer<typeof convolutionSchema>;

export const convolution: NodeKind<ConvolutionNode> = {
  merge: 'concat',
  keepsChannels: false,
  kept: 1,
  cost(node, input) {
    const { filterHeight, filterWidth, filters, bias } = node;
    const weights = filterHeight * filterWidth * input.channels * filters;
    const output = strided(input, node, filters);
    return {
      output,
      parameters: weights + (bias ? filters : 0),
      movingStatistics: 0,
      multiplyAdds: output.height * output.width * weights,
    };
  },
  text: (node) =>
    `${node.filterHeight}×${node.filterWidth} convolution, ${counted(node.filters, 'filter')}${strideText(node)}${node.bias ? ', bias' : ''}`,
  label: (node) => {
    const { filterHeight, filterWidth, strideHeight, strideWidth, filters, bias } = node;
    return [
      `convolution ${filterHeight}x${filterWidth} stride ${strideHeight}x${strideWidth} filters ${filters}`,
      ...(isPaddedAsSame(node) ? [] : ['padding symmetric']),
      ...(bias ? ['bias'] : []),
    ].join(' ');
  },
};

/** Whether the padding is what 'same' says, by name or because both paddings are the same with a stride of 1. */
export function isPaddedAsSame({ padding, strideHeight, strideWidth }: ConvolutionNode): boolean {
  return padding === 'same' || (strideHeight === 1 && strideWidth === 1);
}
