import { presets } from '../config/presets';
import type { ZooNetwork } from './network-builder';
import type { ConvArchitecture } from '../architecture/conv/conv-architecture';
import { networkOfLayers, type Layer } from '../architecture/conv/layered-network';

/**
 * The 15-layer network that the v1 search of the paper found (appendix A, figure 7): 4.2 million parameters, 5.50 % test error.
 *
 * The figure was not in reach. This is what three transcriptions of it by others have in common: two agree on every filter
 * size and number of filters (the third has heights and widths the other way round, and 36 filters of 7 × 5 in layer 12), all three
 * on every connection but one of layer 15. For that, one has layer 2, one layer 6, and one an edge from layer 2 to what follows
 * layer 15; layer 2 is taken here. With either the network has the published 4.2 million parameters; without it 4.1.
 */
export const publishedV1: ConvArchitecture = networkOfLayers({
  kind: 'conv',
  layers: [
    convolution(3, 3, 36, [0]),
    convolution(3, 3, 48, [1]),
    convolution(3, 3, 36, [1, 2]),
    convolution(5, 5, 36, [1, 2, 3]),
    convolution(3, 7, 48, [3, 4]),
    convolution(7, 7, 48, [2, 3, 4, 5]),
    convolution(7, 7, 48, [2, 3, 4, 5, 6]),
    convolution(7, 3, 36, [1, 6, 7]),
    convolution(7, 1, 36, [1, 5, 6, 8]),
    convolution(7, 7, 36, [1, 3, 4, 5, 6, 7, 8, 9]),
    convolution(5, 7, 36, [1, 2, 5, 6, 7, 8, 9, 10]),
    convolution(7, 7, 48, [1, 2, 3, 4, 6, 11]),
    convolution(7, 5, 48, [1, 3, 6, 7, 8, 9, 10, 11, 12]),
    convolution(7, 5, 48, [3, 7, 12, 13]),
    convolution(7, 5, 48, [2, 7, 11, 12, 13, 14]),
  ],
  outputs: [15],
});

export const nasV1: ZooNetwork = {
  title: 'NAS v1',
  architecture: publishedV1,
  recipe: presets.v1.config.recipe,
  note: 'Zoph & Le, 2017, figure 7, as transcribed by others, with the recipe of the children of their search.',
  published: 5.5,
};

function convolution(filterHeight: number, filterWidth: number, filters: number, inputs: number[]): Layer {
  return { kind: 'convolution', filterHeight, filterWidth, strideHeight: 1, strideWidth: 1, filters, inputs };
}
