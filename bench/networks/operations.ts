import type { ImageTask } from '../../src-shared/architecture/conv/conv-architecture';
import type { LayeredNetwork } from '../../src-shared/architecture/conv/layered-network';

interface Extent {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Floating-point operations of one training step. Each multiply-add counts as two; a layer takes as many again for the
 * gradient of its weights and as many for that of its input, which a convolution on the image alone does not need:
 *
 *     operations = batch × Σ over layers of 2 × multiplyAdds × (the image is its only input ? 2 : 3)
 *
 * Batch normalisation, activations, pooling and the optimiser are excluded, as in every published count.
 */
export function stepOperations(architecture: LayeredNetwork, task: ImageTask, batch: number): number {
  const { inputs, outputs, classifier } = layerExtents(architecture, task);
  let operations = 2 * 3 * classifier.channels * task.classes;
  for (const [index, layer] of architecture.layers.entries()) {
    const [input, output] = [inputs[index], outputs[index + 1]];
    if (layer.kind !== 'convolution' || input === undefined || output === undefined) continue;
    const window = layer.filterHeight * layer.filterWidth * input.channels;
    const multiplyAdds = output.height * output.width * layer.filters * window;
    operations += 2 * multiplyAdds * (layer.inputs.every((reference) => reference === 0) ? 2 : 3);
  }
  return batch * operations;
}

/** Channels that each layer, by index, and the classifier get. */
export function inputChannels(
  architecture: LayeredNetwork,
  task: ImageTask,
): { readonly layers: readonly number[]; readonly classifier: number } {
  const { inputs, classifier } = layerExtents(architecture, task);
  return { layers: inputs.map((input) => input.channels), classifier: classifier.channels };
}

/** Sizes of what each layer gets, of what it gives (by reference: the image first), and of what the classifier gets. */
export function layerExtents(architecture: LayeredNetwork, task: ImageTask) {
  const inputs: Extent[] = [];
  const outputs: Extent[] = [task];
  const concatenated = (references: readonly number[]): Extent => {
    const parts = references.map((reference) => {
      const extent = outputs[reference];
      if (extent === undefined) throw new RangeError(`layer ${reference} is not an earlier one`);
      return extent;
    });
    return {
      height: Math.max(...parts.map((part) => part.height)),
      width: Math.max(...parts.map((part) => part.width)),
      channels: parts.reduce((sum, part) => sum + part.channels, 0),
    };
  };
  for (const layer of architecture.layers) {
    const input = concatenated(layer.inputs);
    inputs.push(input);
    outputs.push({
      height: Math.ceil(input.height / layer.strideHeight),
      width: Math.ceil(input.width / layer.strideWidth),
      channels: layer.kind === 'convolution' ? layer.filters : input.channels,
    });
  }
  return { inputs, outputs, classifier: concatenated(architecture.outputs) };
}
