import type { ConvArchitecture, Layer } from '../../src-shared/architecture/conv-architecture';

/** A layer as a block: its place in a drawing of `width` × `height`. */
interface Block {
  readonly kind: Layer['kind'];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The small drawing by which people come to recognise a network: a column of blocks, the image's side on top. */
export interface NetworkDrawing {
  readonly width: number;
  readonly height: number;
  readonly blocks: readonly Block[];
  /** Connections that skip layers, as paths of SVG. */
  readonly arcs: readonly string[];
}

const width = 40;
const pitch = 6;
const blockHeight = 4;
/** Blocks are as wide as the logarithm of their filters; so many fill the drawing. */
const mostFilters = 128;
/** Drawings of deep networks show the longest of their arcs alone. */
const mostArcs = 60;

/** Draws a network; the same network always has the same face. */
export function drawNetwork({ layers, outputs }: ConvArchitecture): NetworkDrawing {
  const middle = width / 2;
  const yOf = (reference: number): number => pitch * reference - pitch / 2 + 2;
  const blocks = layers.map((layer, index): Block => {
    const wide = blockWidth(layer);
    return {
      kind: layer.kind,
      x: middle - wide / 2,
      y: yOf(index + 1) - blockHeight / 2,
      width: wide,
      height: blockHeight,
    };
  });
  const classifier = layers.length + 1;
  const skips = [
    ...layers.flatMap((layer, index) => layer.inputs.map((input) => [input, index + 1] as const)),
    ...outputs.map((output) => [output, classifier] as const),
  ]
    .filter(([from, to]) => to - from > 1)
    .sort((a, b) => b[1] - b[0] - (a[1] - a[0]))
    .slice(0, mostArcs);
  const arcs = skips.map(([from, to], index) => {
    // Alternately left and right, the further out the more layers they skip.
    const side = index % 2 === 0 ? 1 : -1;
    const reach = middle + side * (10 + (9 * (to - from)) / classifier);
    const start = middle + side * 5;
    return `M${start} ${round(yOf(from))}C${round(reach)} ${round(yOf(from))} ${round(reach)} ${round(yOf(to))} ${start} ${round(yOf(to))}`;
  });
  return { width, height: pitch * (layers.length + 1) - 2, blocks, arcs };
}

function blockWidth(layer: Layer): number {
  if (layer.kind !== 'convolution') return 8;
  return round(6 + 24 * Math.min(1, Math.log2(layer.filters + 1) / Math.log2(mostFilters + 1)));
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
