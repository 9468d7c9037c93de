import { canonicalGraphText, type LabelledNode } from './canonical-graph';
import type { ConvArchitecture, Layer, LayerReference } from '../conv-architecture';
import { sha256 } from '../../../sha256';

/**
 * Names a network: 32 hexadecimal digits, the first half of the SHA-256 of its canonical text. Two samples that mean the
 * same network have the same name, whatever the numbering of the layers and the order of the inputs of a concatenation.
 */
export function hashConv(architecture: ConvArchitecture): string {
  return sha256(canonicalConvText(architecture)).slice(0, 32);
}

/**
 * A text that is the same for two architectures exactly when they mean the same network: when they are the same graph of the same
 * layers and learn at the same predicted rate. A pooling of one pixel with stride 1 is no layer, only a concatenation; with
 * a larger stride maximum and average of one pixel are the same.
 */
function canonicalConvText(architecture: ConvArchitecture): string {
  const { layers, outputs, learningRate } = architecture;
  // Node 0 is the image, the last the classifier; layers that do nothing dissolve into what they concatenate.
  const nodeOf: number[] = [0];
  const nodes: LabelledNode[] = [{ label: 'image', inputs: new Map() }];
  const dissolved = new Map<LayerReference, ReadonlyMap<number, number>>();
  const edgesFrom = (references: readonly LayerReference[]): ReadonlyMap<number, number> => {
    const edges = new Map<number, number>();
    for (const reference of references)
      for (const [node, count] of dissolved.get(reference) ?? [[nodeOf[reference] ?? 0, 1]])
        edges.set(node, (edges.get(node) ?? 0) + count);
    return edges;
  };
  for (const [index, layer] of layers.entries()) {
    const inputs = edgesFrom(layer.inputs);
    if (doesNothing(layer)) dissolved.set(index + 1, inputs);
    else nodeOf[index + 1] = nodes.push({ label: labelOf(layer), inputs }) - 1;
  }
  nodes.push({ label: 'classifier', inputs: edgesFrom(outputs) });
  const rate = learningRate === undefined ? 'of the recipe' : String(learningRate);
  return `conv\nlearning rate ${rate}\n${canonicalGraphText(nodes)}`;
}

function doesNothing(layer: Layer): boolean {
  return (
    layer.kind !== 'convolution' &&
    layer.height === 1 &&
    layer.width === 1 &&
    layer.strideHeight === 1 &&
    layer.strideWidth === 1
  );
}

function labelOf(layer: Layer): string {
  const strides = `stride ${layer.strideHeight}x${layer.strideWidth}`;
  if (layer.kind === 'convolution')
    return `convolution ${layer.filterHeight}x${layer.filterWidth} ${strides} filters ${layer.filters}`;
  const kind = layer.height === 1 && layer.width === 1 ? 'pooling' : layer.kind;
  return `${kind} ${layer.height}x${layer.width} ${strides}`;
}
