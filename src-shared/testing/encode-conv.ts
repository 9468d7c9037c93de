import type { ConvArchitecture } from '../architecture/conv/conv-architecture';
import { hashConv } from '../architecture/conv/hash-conv';
import { layeredNetworkOf, type Layer, type LayeredNetwork } from '../architecture/conv/layered-network';
import { CellsmithError } from '../errors';
import type { Decision } from '../search-space';
import type { ConvSpaceConfig } from '../tasks/conv/conv-options';
import { type ConvStep, writeConvSteps } from '../tasks/conv/conv-space';
import { decodeConv } from '../tasks/conv/decode-conv';

/**
 * Decisions that mean a given network: to let a policy score one that it did not propose.
 * For spaces whose layers are all convolutions.
 * @returns the decisions, and the number of predicted steps that they are for
 * @throws {CellsmithError} 'architecture.invalid' when no decisions of the space mean the network
 */
export function encodeConv(
  config: ConvSpaceConfig,
  architecture: ConvArchitecture,
): { depth: number; decisions: Decision[] } {
  const steps = stepsOf(config, layeredNetworkOf(architecture));
  const depth = steps.length;
  const { learningRate } = architecture;
  const decisions = writeConvSteps(config, { steps, ...(learningRate !== undefined && { learningRate }) });
  // What the steps cannot say (a pooling elsewhere, an image among other inputs) is lost in the round trip.
  if (depth === 0 || hashConv(decodeConv(config, depth, decisions)) !== hashConv(architecture))
    throw new CellsmithError('architecture.invalid', 'The search space has no such network.');
  return { depth, decisions };
}

function stepsOf(config: ConvSpaceConfig, { layers }: LayeredNetwork): ConvStep[] {
  const convolutions: (Layer & { kind: 'convolution' })[] = [];
  const { blockSize, extraFilters, pooling } = config;
  const blockOf = (position: number) => Math.ceil(position / blockSize);
  // Of the image and each layer: the number of the convolution that it is, or that it pools; 0 for the image.
  const positions: number[] = [0];
  const poolingBehindBlock = new Map<number, number>();
  const positionOf = (reference: number | undefined) => positions[reference ?? 0] ?? 0;
  for (const layer of layers) {
    if (layer.kind === 'convolution') positions.push(convolutions.push(layer));
    else {
      const position = positionOf(layer.inputs[0]);
      positions.push(position);
      poolingBehindBlock.set(blockOf(position), layer.height);
    }
  }
  return convolutions.flatMap((layer, index) => {
    if (index % blockSize > 0) return [];
    const blocks = layer.inputs.map((input) => blockOf(positionOf(input)));
    return {
      choices: {
        layerType: 'convolution',
        filterHeight: layer.filterHeight,
        filterWidth: layer.filterWidth,
        strideHeight: layer.strideHeight,
        strideWidth: layer.strideWidth,
        filters: layer.filters - extraFilters,
        poolingSize:
          (pooling.kind === 'predicted' ? poolingBehindBlock.get(blockOf(index + 1)) : undefined) ?? 1,
      },
      sources: [...new Set(blocks)].filter((block) => block > 0).sort((a, b) => a - b),
    };
  });
}
