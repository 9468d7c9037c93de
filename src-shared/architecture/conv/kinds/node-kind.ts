import { z } from 'zod';

/** Limits bound the memory that a file or message can ask for; they lie far above what a search proposes. */
export const networkLimits = { nodes: 16_384, channels: 1_000_000, side: 65_536 } as const;

/** Height or width, in pixels, of an image, a filter, a pooling window or a stride. */
export const sideSchema = z.int().min(1).max(networkLimits.side);
export const channelsSchema = z.int().min(1).max(networkLimits.channels);

/** Earlier nodes; 0 is the image, n is the n-th node. */
export const inputsSchema = z
  .array(z.int().min(0).max(networkLimits.nodes))
  .min(1)
  .max(networkLimits.nodes)
  .refine((all) => new Set(all).size === all.length, 'must not name an input twice')
  .readonly();

/** The size of a feature map: [height, width, channels]. */
export interface FeatureMap {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What a node gives and costs on one input. */
export interface NodeCost {
  readonly output: FeatureMap;
  /** Trained numbers. */
  readonly parameters: number;
  /** Means and variances that are kept for evaluation: not trained. */
  readonly movingStatistics: number;
  /** Multiplications, each with an addition, for one image; padding counts as data, as usual. */
  readonly multiplyAdds: number;
}

/**
 * The rules of a kind of node. `Node` is its options and inputs, inferred from the schema in the same file; the training graph
 * of each kind is in src-main/children/node-graphs.ts, its block in src-shared/diagrams/node-block.ts. Both are maps over all kinds.
 *
 * What later networks need fits without another form:
 * - a gate (Highway): a kind `sigmoid`, and a kind `multiply` whose `merge` is 'equal', as that of `add`;
 * - a mean join with drop-path (FractalNet): a kind `mean` with a drop rate as its option; its training graph draws from `pass`;
 * - a skipped block (stochastic depth): a kind with a survival probability at the end of the block's branch, before its `add`;
 * - side losses (Deeply Supervised Nets): a field of the network that names further nodes of logits with their weights.
 */
export interface NodeKind<Node> {
  /**
   * What happens to several inputs. 'concat': smaller ones are padded with zeros at the bottom and right to the largest height and
   * width, then all are concatenated in depth (paper section 3.3). 'equal': the node takes two or more maps of one shape.
   */
  readonly merge: 'concat' | 'equal';
  /**
   * Whether channel i of the output comes from channel i of the input. Where such nodes meet in an `add`, the order of a
   * concatenation before it matters; a convolution or dense layer learns any order.
   */
  readonly keepsChannels: boolean;
  /** Results that training keeps for the backward pass, in sizes of the output. */
  readonly kept: number;
  /**
   * @param input all inputs, merged
   * @param classes of the task
   * @throws RangeError with a sentence part when the input is of no use: 'pads 32 channels to 16'
   */
  readonly cost: (node: Node, input: FeatureMap, classes: number) => NodeCost;
  /** For people: '3×3 max-pooling, stride 2×2'. */
  readonly text: (node: Node) => string;
  /** For the canonical hash, which stored runs hold: no label ever changes. */
  readonly label: (node: Node) => string;
}

/** The cost of a node without parameters. */
export function freeCost(output: FeatureMap): NodeCost {
  return { output, parameters: 0, movingStatistics: 0, multiplyAdds: 0 };
}

/** The map that a window with 'same' padding leaves: a stride s leaves ⌈size / s⌉. */
export function strided(
  { height, width }: FeatureMap,
  { strideHeight, strideWidth }: { readonly strideHeight: number; readonly strideWidth: number },
  channels: number,
): FeatureMap {
  return { height: Math.ceil(height / strideHeight), width: Math.ceil(width / strideWidth), channels };
}

/** ', stride 2×1', or nothing for a stride of 1. */
export function strideText({
  strideHeight,
  strideWidth,
}: {
  readonly strideHeight: number;
  readonly strideWidth: number;
}): string {
  return strideHeight === 1 && strideWidth === 1 ? '' : `, stride ${strideHeight}×${strideWidth}`;
}
