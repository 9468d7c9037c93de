import type { ConvArchitecture, NodeReference } from '../architecture/conv/conv-architecture';
import { presets } from '../config/presets';
import { NetworkBuilder, type ZooNetwork } from './network-builder';

/**
 * A densely connected network for CIFAR-10 (Huang et al., 2017): 16 first channels, then three blocks of (depth − 4) / 3 layers
 * BN → ReLU → 3×3 convolution, each of which takes all maps of its block before it; transitions keep the number of channels.
 * @param growth filters of each layer
 */
function denselyConnected(depth: number, growth: number): ConvArchitecture {
  const network = new NetworkBuilder();
  const rectified = (...inputs: readonly NodeReference[]): NodeReference =>
    network.relu(network.batchNormalisation(...inputs));
  let maps: readonly NodeReference[] = [network.convolution({ size: 3, filters: 16 }, 0)];
  let channels = 16;
  for (const block of [1, 2, 3]) {
    for (let layer = 0; layer < (depth - 4) / 3; layer++) {
      maps = [...maps, network.convolution({ size: 3, filters: growth }, rectified(...maps))];
      channels += growth;
    }
    if (block === 3) break;
    const reduced = network.convolution({ size: 1, filters: channels }, rectified(...maps));
    maps = [network.averagePooling(2, reduced)];
  }
  return network.classified(rectified(...maps));
}

export const densenet10: ZooNetwork = {
  title: 'DenseNet (L = 10, k = 4)',
  architecture: denselyConnected(10, 4),
  recipe: {
    ...presets.v1.config.recipe,
    epochs: 300,
    batchSize: 64,
    decay: { kind: 'step', epochs: [150, 225], factor: 0.1 },
    batchNormEpsilon: 1e-5,
    augmentation: { enlarge: 'pad', enlargedSide: 40, horizontalFlip: true },
  },
  note: 'Huang et al., 2017, at a size for checks that they do not report. Weight decay is of kernels alone.',
  published: null,
};
