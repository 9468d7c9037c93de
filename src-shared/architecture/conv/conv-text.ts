import { wholeNumber } from '../../format';
import { counted } from '../../counted';
import type { ConvArchitecture, ImageTask, Layer, LayerReference } from './conv-architecture';
import { describeConv, type FeatureMap } from './describe-conv';

/** One line about a network: '15 layers, 4.2M parameters, 63% of skip connections'. */
export function summariseConv(architecture: ConvArchitecture, task: ImageTask): string {
  const { parameters } = describeConv(architecture, task);
  const convolutions = architecture.layers.filter((layer) => layer.kind === 'convolution').length;
  const poolings = architecture.layers.length - convolutions;
  const parts = [counted(convolutions, 'layer')];
  if (poolings > 0) parts.push(counted(poolings, 'pooling'));
  parts.push(`${shortCount(parameters)} parameters`);
  if (isChain(architecture)) parts.push('no skip connections');
  else parts.push(`${Math.round(100 * connectionDensity(architecture))}% of skip connections`);
  if (architecture.learningRate !== undefined) parts.push(`learning rate ${architecture.learningRate}`);
  return parts.join(', ');
}

/**
 * Share, from 0 to 1, of the pairs of layers of which one feeds the other. Poolings with one input are no layers here,
 * only part of a connection.
 */
export function connectionDensity({ layers }: ConvArchitecture): number {
  const source = throughPoolings(layers);
  let [nodes, connections] = [0, 0];
  for (const layer of layers) {
    if (isConnection(layer)) continue;
    nodes++;
    connections += new Set(layer.inputs.map(source).filter((reference) => reference > 0)).size;
  }
  return nodes < 2 ? 0 : connections / ((nodes * (nodes - 1)) / 2);
}

/** A network as a table for people: one row a layer, and one each for the classifier and the totals. */
interface ConvTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function convTable(architecture: ConvArchitecture, task: ImageTask): ConvTable {
  const description = describeConv(architecture, task);
  const rows = description.layers.map(({ number, layer, input, output, parameters, multiplyAdds }) => [
    String(number),
    layerText(layer),
    inputsText(layer.inputs),
    mapText(input),
    mapText(output),
    wholeNumber(parameters),
    wholeNumber(multiplyAdds),
  ]);
  const { features, classifierParameters, parameters, multiplyAdds } = description;
  return {
    head: ['', 'layer', 'takes', 'in', 'out', 'parameters', 'multiply-adds'],
    rows: [
      ...rows,
      [
        '',
        'mean, softmax',
        inputsText(architecture.outputs),
        mapText(features),
        String(task.classes),
        wholeNumber(classifierParameters),
        wholeNumber(features.channels * task.classes),
      ],
      ['', 'total', '', '', '', wholeNumber(parameters), wholeNumber(multiplyAdds)],
    ],
  };
}

/** The table in a font of equal widths: texts to the left, numbers to the right. */
export function convTableText(architecture: ConvArchitecture, task: ImageTask): string {
  const { head, rows } = convTable(architecture, task);
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isText = (column: number) => column > 0 && column < 5;
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** '3×5 convolution, 24 filters, stride 2×1'. */
export function layerText(layer: Layer): string {
  const { strideHeight, strideWidth } = layer;
  const stride = strideHeight === 1 && strideWidth === 1 ? '' : `, stride ${strideHeight}×${strideWidth}`;
  switch (layer.kind) {
    case 'convolution':
      return `${layer.filterHeight}×${layer.filterWidth} convolution, ${counted(layer.filters, 'filter')}${stride}`;
    case 'maxPooling':
      return `${layer.height}×${layer.width} max-pooling${stride}`;
    case 'averagePooling':
      return `${layer.height}×${layer.width} average pooling${stride}`;
  }
}

/** 830, 12k, 4.2M, 1.3G. */
export function shortCount(count: number): string {
  for (const [unit, size] of [
    ['E', 1e18],
    ['P', 1e15],
    ['T', 1e12],
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    // 999,950 and more would round to 1000k.
    if (count < size * 0.99995) continue;
    const value = count / size;
    return `${value.toFixed(value < 9.95 ? 1 : 0)}${unit}`;
  }
  return String(count);
}

function inputsText(references: readonly LayerReference[]): string {
  return references.map((reference) => (reference === 0 ? 'image' : String(reference))).join(' ');
}

function mapText({ height, width, channels }: FeatureMap): string {
  return `${height}×${width}×${channels}`;
}

function isConnection(layer: Layer): boolean {
  return layer.kind !== 'convolution' && layer.inputs.length === 1;
}

/** Of each reference: the layer that feeds it through any poolings with one input. */
function throughPoolings(layers: readonly Layer[]): (reference: LayerReference) => LayerReference {
  const sources: LayerReference[] = [0];
  for (const [index, layer] of layers.entries())
    sources.push(isConnection(layer) ? (sources[layer.inputs[0] ?? 0] ?? 0) : index + 1);
  return (reference) => sources[reference] ?? 0;
}

function isChain({ layers }: ConvArchitecture): boolean {
  return layers.every((layer, index) => layer.inputs.length === 1 && layer.inputs[0] === index);
}
