import { z } from 'zod';
import { freeCost, inputsSchema, sideSchema, strided, strideText, type NodeKind } from './node-kind';

const window = {
  height: sideSchema,
  width: sideSchema,
  strideHeight: sideSchema,
  strideWidth: sideSchema,
  inputs: inputsSchema,
};

/** 'Same'-padded; the padding takes no part in a maximum or an average. */
export const maxPoolingSchema = z.strictObject({ kind: z.literal('maxPooling'), ...window });
export const averagePoolingSchema = z.strictObject({ kind: z.literal('averagePooling'), ...window });
type MaxPoolingNode = z.infer<typeof maxPoolingSchema>;
type AveragePoolingNode = z.infer<typeof averagePoolingSchema>;
type PoolingNode = MaxPoolingNode | AveragePoolingNode;

function pooling(name: string): NodeKind<PoolingNode> {
  return {
    merge: 'concat',
    keepsChannels: true,
    kept: 1,
    cost: (node, input) => freeCost(strided(input, node, input.channels)),
    text: (node) => `${node.height}×${node.width} ${name}${strideText(node)}`,
    label: (node) => {
      // Maximum and average of one pixel are the same.
      const kind = node.height === 1 && node.width === 1 ? 'pooling' : node.kind;
      return `${kind} ${node.height}x${node.width} stride ${node.strideHeight}x${node.strideWidth}`;
    },
  };
}

export const maxPooling: NodeKind<MaxPoolingNode> = pooling('max-pooling');
export const averagePooling: NodeKind<AveragePoolingNode> = pooling('average pooling');
