import type { ConvArchitecture } from '../../src-shared/architecture/conv/conv-architecture';
import { layersOf } from '../../src-shared/architecture/conv/layers-of';
import { skipConnectionsOf } from '../../src-shared/diagrams/connections';
import type { Tone } from '../../src-shared/diagrams/drawing';
import { blockOf } from '../../src-shared/diagrams/node-block';

/** A layer as a block: its place in a drawing of `width` × `height`. */
interface Block {
  readonly tone: Tone;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Thumbnail of a network: a column of blocks, with the input on top. */
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
/** Drawings of deep networks show the longest of their arcs alone. */
const mostArcs = 60;

/** Draws a network; the same network always has the same face. */
export function drawNetwork(architecture: ConvArchitecture): NetworkDrawing {
  const { layers } = layersOf(architecture);
  const middle = width / 2;
  const yOf = (reference: number): number => pitch * reference - pitch / 2 + 2;
  const blocks = layers.map((layer, index): Block => {
    const { tone, share } = blockOf(layer);
    const wide = tone === 'convolution' ? round(6 + 24 * share) : 8;
    return {
      tone,
      x: middle - wide / 2,
      y: yOf(index + 1) - blockHeight / 2,
      width: wide,
      height: blockHeight,
    };
  });
  const classifier = layers.length + 1;
  const skips = skipConnectionsOf(architecture).slice(0, mostArcs);
  const arcs = skips.map(({ from, to, side }) => {
    // The further out the more layers they skip.
    const reach = middle + side * (10 + (9 * (to - from)) / classifier);
    const start = middle + side * 5;
    return `M${start} ${round(yOf(from))}C${round(reach)} ${round(yOf(from))} ${round(reach)} ${round(yOf(to))} ${start} ${round(yOf(to))}`;
  });
  return { width, height: pitch * (layers.length + 1) - 2, blocks, arcs };
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
