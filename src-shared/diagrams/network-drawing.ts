import { rulesOf, type ConvArchitecture, type ImageTask } from '../architecture/conv/conv-architecture';
import { layerText, shortCount } from '../architecture/conv/conv-text';
import { describeConv, mapText } from '../architecture/conv/describe-conv';
import { layersOf, type NetworkLayer } from '../architecture/conv/layered-network';
import { connectionsOf, skipConnectionsOf, type Connection, blockOf } from './node-block';
import { label, tenth, type Drawing, type Part, type Shape, type Tone } from './drawing';

/** A layer, the image (0) or the classifier (number of layers + 1) as a block. Pixels. */
export interface NetworkBlock {
  readonly number: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An arc: out of one block, along the column, into another. */
export interface NetworkArc extends Connection {
  readonly side: -1 | 1;
  /** The x that the arc comes closest to, farthest from the column. */
  readonly reach: number;
}

/** The layout of a network: a column of blocks, the image on top, skip connections as arcs on both sides. */
export interface NetworkLayout {
  readonly width: number;
  readonly height: number;
  readonly middle: number;
  /** Half of the widest block: arcs bend outside of it. */
  readonly half: number;
  readonly blocks: readonly NetworkBlock[];
  readonly arcs: readonly NetworkArc[];
  readonly straight: readonly Connection[];
}

const pitch = 40;
const blockHeight = 26;
const [narrowest, widest] = [104, 200];

/** Lays out a network. */
export function layOutNetwork(architecture: ConvArchitecture): NetworkLayout {
  const { layers } = layersOf(architecture);
  const rows = layers.length + 2;
  const widths = [
    narrowest + 12,
    ...layers.map((layer) => tenth(narrowest + (widest - narrowest) * blockOf(layer).share)),
    narrowest + 36,
  ];
  const half = Math.max(...widths) / 2;
  const skips = skipConnectionsOf(architecture);
  // Arcs of deep networks reach further, so that they stay apart.
  const room = Math.min(130, 16 + 9 * rows);
  const furthest = (side: number) => (skips.some((skip) => skip.side === side) ? half + 12 + room : half + 8);
  const middle = furthest(-1);
  const arcs = skips.map(({ from, to, side }) => {
    const share = (to - from - 1) / Math.max(1, rows - 2);
    return { from, to, side, reach: tenth(middle + side * (half + 12 + room * share ** 0.7)) };
  });
  return {
    width: middle + furthest(1),
    height: pitch * (rows - 1) + blockHeight,
    middle,
    half,
    blocks: widths.map((width, number) => ({
      number,
      x: tenth(middle - width / 2),
      y: pitch * number,
      width,
      height: blockHeight,
    })),
    arcs,
    straight: connectionsOf(architecture).filter(({ from, to }) => to - from === 1),
  };
}

/**
 * Draws a network.
 * @param remarks whether what each layer is, gives and costs is written next to it, as in a file; the window has a list for it
 */
export function drawNetworkDiagram(
  architecture: ConvArchitecture,
  task: ImageTask,
  remarks: boolean,
): Drawing {
  const layout = layOutNetwork(architecture);
  const description = describeConv(architecture, task);
  const parts: Part[] = [
    ...layout.arcs.map((arc) => ({
      name: null,
      of: [arc.from, arc.to] as const,
      shapes: arcShapes(layout, arc),
    })),
    ...layout.straight.map(({ from, to }) => ({
      name: null,
      of: [from, to] as const,
      shapes: straightShapes(layout, from, to),
    })),
  ];
  const { classifier } = description;
  const remarksOf: readonly (readonly string[])[] = [
    ['image', mapText(task), ''],
    ...description.layers.map(({ layer, output, parameters }) => [
      layerText(layer),
      mapText(output),
      `${shortCount(parameters)} parameters`,
    ]),
    [
      classifierRemark(classifier.layer),
      `${task.classes} classes`,
      `${shortCount(classifier.parameters)} parameters`,
    ],
  ];
  for (const block of layout.blocks) {
    parts.push(blockPart(architecture, task, block));
    if (!remarks) continue;
    const words = remarksOf[block.number] ?? [];
    parts.push({
      name: null,
      of: null,
      shapes: words.map((text, column) =>
        label('soft', layout.width + 24 + (remarkColumns[column] ?? 0), baseline(block), 'start', text),
      ),
    });
  }
  return {
    width: layout.width + (remarks ? 24 + remarksWidth : 0),
    height: layout.height,
    parts,
  };
}

/** The block of the image (0), a layer, or the classifier. */
export function blockPart(architecture: ConvArchitecture, task: ImageTask, block: NetworkBlock): Part {
  const { number } = block;
  const layer = layersOf(architecture).layers[number - 1];
  if (layer !== undefined) {
    const { tone, text } = blockOf(layer);
    return {
      name: `Layer ${number}: ${layerText(layer)}`,
      of: number,
      shapes: blockShapes(block, tone, [String(number), text]),
    };
  }
  const [name, text] = number === 0 ? ['Image', 'Image'] : ['Classifier', `Softmax, ${task.classes}`];
  return { name, of: number, shapes: blockShapes(block, 'end', ['', text]) };
}

const remarkColumns = [0, 250, 350];
const remarksWidth = 480;

/** 'global average pooling, softmax'. */
function classifierRemark({ nodes }: NetworkLayer): string {
  const texts = nodes.flatMap((node) => (node.kind === 'dense' ? [] : rulesOf(node).text()));
  return [...texts, 'softmax'].join(', ');
}

function baseline(block: NetworkBlock): number {
  return block.y + block.height / 2 + 4.5;
}

function blockShapes(
  block: NetworkBlock,
  tone: Tone,
  [number, text]: readonly [string, string],
): readonly Shape[] {
  const { x, y, width, height } = block;
  const shapes: Shape[] = [{ kind: 'box', tone, x, y, width, height }];
  if (number === '') shapes.push(label('text', tenth(x + width / 2), baseline(block), 'middle', text));
  else {
    shapes.push(label('soft', tenth(x + 8), baseline(block), 'start', number));
    shapes.push(label('text', tenth(x + width - 8), baseline(block), 'end', text));
  }
  return shapes;
}

/** From the side of one block straight out to the edge of the column, around, and back in: it crosses no other block. */
function arcShapes({ blocks, middle, half }: NetworkLayout, arc: NetworkArc): readonly Shape[] {
  const [from, to] = [blocks[arc.from], blocks[arc.to]];
  if (from === undefined || to === undefined) return [];
  const edge = tenth(middle + arc.side * (half + 4));
  const start = tenth(middle + (arc.side * from.width) / 2);
  const end = tenth(middle + (arc.side * to.width) / 2);
  const [top, bottom] = [from.y + from.height / 2 + 4, to.y + to.height / 2 - 4];
  // A cubic curve comes three quarters of the way to its control points.
  const control = tenth(edge + (arc.reach - edge) / 0.75);
  return [
    {
      kind: 'line',
      tone: 'wire',
      path: `M${start} ${top}H${edge}C${control} ${top} ${control} ${bottom} ${edge} ${bottom}H${end}`,
    },
    {
      kind: 'fill',
      tone: 'wire',
      path: `M${end} ${bottom}l${6 * arc.side} -3v6z`,
    },
  ];
}

function straightShapes({ blocks, middle }: NetworkLayout, from: number, to: number): readonly Shape[] {
  const [above, below] = [blocks[from], blocks[to]];
  if (above === undefined || below === undefined) return [];
  return [
    { kind: 'line', tone: 'wire', path: `M${tenth(middle)} ${above.y + above.height}V${below.y}` },
    { kind: 'fill', tone: 'wire', path: `M${tenth(middle)} ${below.y}l-3 -6h6z` },
  ];
}
