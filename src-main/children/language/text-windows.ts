import type { Tensor } from '../../engine/graph';
import { add } from '../../engine/ops/arithmetic';
import { expandDims } from '../../engine/ops/broadcast';
import { gather } from '../../engine/ops/gather';
import { slice } from '../../engine/ops/layout';
import { cast, less, maximum, minimum, select } from '../../engine/ops/logic';
import { constant } from '../../engine/ops/source';

/** The feeds of a step: where the next window of each row begins, and where each row ends. */
export interface RowWindow {
  readonly positions: Int32Array;
  readonly ends: Int32Array;
}

/**
 * Cuts a text into one row per batch entry, of nearly equal length, and the rows into windows of `steps`. Every token is the
 * target of exactly one window; rows read their windows in order, in parallel.
 */
export function rowWindows(tokens: number, batch: number, steps: number): readonly RowWindow[] {
  const borders = Array.from({ length: batch + 1 }, (_, row) => Math.floor((tokens * row) / batch));
  const starts = Int32Array.from(borders.slice(0, -1));
  const ends = Int32Array.from(borders.slice(1));
  const longest = Math.ceil(tokens / batch);
  return Array.from({ length: Math.ceil(longest / steps) }, (_, window) => ({
    positions: starts.map((start) => start + window * steps),
    ends,
  }));
}

/** A window of a corpus, time first, each [steps, batch]. */
interface TokenWindow {
  readonly inputs: Tensor;
  /** The token after each input. */
  readonly targets: Tensor;
  /** float32: 1 where the target counts, 0 past the end of a row. */
  readonly weights: Tensor;
}

/**
 * Gathers a window of a corpus for each row of a batch. Its first input is the token before the first target; before the
 * start of the corpus that is `startToken`, so that the first token is predicted too.
 *
 * @param corpus int32 [count]
 * @param positions int32 [batch]: position of each row's first target
 * @param ends int32 [batch]: end of each row's targets; later tokens do not count
 */
export function tokenWindow(
  corpus: Tensor,
  positions: Tensor,
  ends: Tensor,
  steps: number,
  startToken: number,
): TokenWindow {
  const { graph } = corpus.node;
  const [count = 0] = corpus.shape;
  const [batch = 0] = positions.shape;
  const offsets = constant(
    graph,
    Array.from({ length: steps + 1 }, (_, step) => step - 1),
    'int32',
  );
  const [zero, last] = [constant(graph, 0, 'int32'), constant(graph, count - 1, 'int32')];
  const places = add(expandDims(offsets, 1), expandDims(positions, 0));
  const inside = gather(corpus, minimum(maximum(places, zero), last));
  const tokens = select(less(places, zero), constant(graph, startToken, 'int32'), inside);
  const counts = cast(less(places, expandDims(ends, 0)), 'float32');
  const after = (x: Tensor): Tensor => slice(x, [1, 0], [steps, batch]);
  return { inputs: slice(tokens, [0, 0], [steps, batch]), targets: after(tokens), weights: after(counts) };
}
