import type { ConvArchitecture, NodeReference } from '../architecture/conv/conv-architecture';
import { presets } from '../config/presets';
import { NetworkBuilder, type ZooNetwork } from './network-builder';

/**
 * A residual network for CIFAR-10 (He et al., 2016, section 4.2): 6n + 2 layers in three stages of n blocks with 16, 32 and 64
 * filters. Shortcuts between stages take every second pixel and append channels of zeros (option A).
 * @param blocks n
 */
function residualNetwork(blocks: number): ConvArchitecture {
  const network = new NetworkBuilder();
  const normalised = (filters: number, stride: number, input: NodeReference): NodeReference =>
    network.batchNormalisation(network.convolution({ size: 3, filters, stride }, input));
  let map = network.relu(normalised(16, 1, 0));
  for (const filters of [16, 32, 64])
    for (let block = 0; block < blocks; block++) {
      const stride = filters > 16 && block === 0 ? 2 : 1;
      const residual = normalised(filters, 1, network.relu(normalised(filters, stride, map)));
      const shortcut = stride === 1 ? map : network.subsample(stride, filters, map);
      map = network.relu(network.add({ kind: 'add', inputs: [residual, shortcut] }));
    }
  return network.classified(map);
}

export const resnet20: ZooNetwork = {
  title: 'ResNet-20',
  architecture: residualNetwork(3),
  recipe: {
    ...presets.v1.config.recipe,
    // 32,000, 48,000 and 64,000 steps of 128 of 45,000 images.
    epochs: 182,
    decay: { kind: 'step', epochs: [91, 136], factor: 0.1 },
    nesterov: false,
    batchNormEpsilon: 1e-5,
    augmentation: { enlarge: 'pad', enlargedSide: 40, horizontalFlip: true },
  },
  note: 'He et al., 2016. Images are normalised per channel in place of per pixel, and weight decay is of kernels alone.',
  published: 8.75,
};
