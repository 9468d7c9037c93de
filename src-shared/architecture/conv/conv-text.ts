import { wholeNumber } from '../../format';
import { counted } from '../../counted';
import { rulesOf, type ConvArchitecture, type ImageTask, type NodeKindName } from './conv-architecture';
import { describeConv, mapText } from './describe-conv';
import { layersOf, type NetworkLayer } from './layered-network';

/** One line about a network: '15 layers, 4.2M parameters, 63% of skip connections'. */
export function summariseConv(architecture: ConvArchitecture, task: ImageTask): string {
  const { parameters } = describeConv(architecture, task);
  const { layers } = layersOf(architecture);
  const countOf = (...kinds: readonly NodeKindName[]): number =>
    layers.filter(({ nodes: [node] }) => kinds.includes(node.kind)).length;
  const [poolings, additions] = [countOf('maxPooling', 'averagePooling'), countOf('add')];
  const parts = [counted(countOf('convolution', 'dense'), 'layer')];
  if (poolings > 0) parts.push(counted(poolings, 'pooling'));
  if (additions > 0) parts.push(counted(additions, 'addition'));
  parts.push(`${shortCount(parameters)} parameters`);
  if (isChain(layers)) parts.push('no skip connections');
  else if (additions === 0)
    parts.push(`${Math.round(100 * connectionDensity(architecture))}% of skip connections`);
  if (architecture.learningRate !== undefined) parts.push(`learning rate ${architecture.learningRate}`);
  return parts.join(', ');
}

/**
 * Share, from 0 to 1, of the pairs of layers of which one feeds the other. What has one input and no filters (a pooling, a
 * normalisation or a ReLU alone) is no layer here, only part of a connection.
 */
export function connectionDensity(architecture: ConvArchitecture): number {
  const { layers } = layersOf(architecture);
  const source = throughConnections(layers);
  let [ends, connections] = [0, 0];
  for (const layer of layers) {
    if (isConnection(layer)) continue;
    ends++;
    connections += new Set(layer.inputs.map(source).filter((number) => number > 0)).size;
  }
  return ends < 2 ? 0 : connections / ((ends * (ends - 1)) / 2);
}

/** A network as a table: one row a layer, and one each for the classifier and the totals. */
interface ConvTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function convTable(architecture: ConvArchitecture, task: ImageTask): ConvTable {
  const description = describeConv(architecture, task);
  const rows = description.layers.map(({ layer, input, output, parameters, multiplyAdds }) => [
    String(layer.number),
    layerText(layer),
    inputsText(layer.inputs),
    mapText(input),
    mapText(output),
    wholeNumber(parameters),
    wholeNumber(multiplyAdds),
  ]);
  const { classifier, parameters, multiplyAdds } = description;
  return {
    head: ['', 'layer', 'takes', 'in', 'out', 'parameters', 'multiply-adds'],
    rows: [
      ...rows,
      [
        '',
        classifierText(classifier.layer),
        inputsText(classifier.layer.inputs),
        mapText(classifier.input),
        String(task.classes),
        wholeNumber(classifier.parameters),
        wholeNumber(classifier.multiplyAdds),
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

/** '3×5 convolution, 24 filters, stride 2×1'; 'linear' says of a convolution that no normalisation and ReLU belong to it. */
export function layerText({ nodes: [node, ...others] }: NetworkLayer): string {
  const text = rulesOf(node).text();
  return node.kind === 'convolution' && others.length === 0 ? `${text}, linear` : text;
}

/** What the classifier is made of: 'mean, softmax'. */
export function classifierText({ nodes }: NetworkLayer): string {
  return [...nodes.flatMap((node) => classifierWords[node.kind] ?? rulesOf(node).text()), 'softmax'].join(
    ', ',
  );
}

/** The softmax layer of a classifier is its dense layer. */
const classifierWords: Partial<Record<NodeKindName, readonly string[]>> = {
  globalAveragePooling: ['mean'],
  dense: [],
};

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

/** 'image 2 3'. */
export function inputsText(numbers: readonly number[]): string {
  return numbers.map((number) => (number === 0 ? 'image' : String(number))).join(' ');
}

function isConnection({ nodes: [node], inputs }: NetworkLayer): boolean {
  return node.kind !== 'convolution' && node.kind !== 'dense' && inputs.length === 1;
}

/** Of each number of a layer: the layer that feeds it through any connections. */
function throughConnections(layers: readonly NetworkLayer[]): (number: number) => number {
  const sources = [0];
  for (const layer of layers)
    sources.push(isConnection(layer) ? (sources[layer.inputs[0] ?? 0] ?? 0) : layer.number);
  return (number) => sources[number] ?? 0;
}

function isChain(layers: readonly NetworkLayer[]): boolean {
  return layers.every(({ inputs, number }) => inputs.length === 1 && inputs[0] === number - 1);
}
