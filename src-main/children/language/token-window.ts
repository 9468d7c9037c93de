import type { Tensor } from '../../engine/graph';
import { add } from '../../engine/ops/arithmetic';
import { expandDims } from '../../engine/ops/broadcast';
import { gather } from '../../engine/ops/gather';
import { slice } from '../../engine/ops/layout';
import { cast, less, maximum, minimum, select } from '../../engine/ops/logic';
import { constant } from '../../engine/ops/source';

/** A window of a corpus, time first, each [steps, batch]. */
export interface TokenWindow {
  readonly inputs: Tensor;
  /** The token after each input. */
  readonly targets: Tensor;
  /** float32: 1 where the target counts, 0 past the end of a row. */
  readonly weights: Tensor;
}

/**
 * Takes a window out of a corpus for each row of a batch. Its first input is the token before the first target; before the
 * corpus begins that is `startToken`, so that the very first token is predicted too.
 *
 * @param corpus int32 [count]
 * @param positions int32 [batch]: where the first target of each row stands
 * @param ends int32 [batch]: where each row's targets end; what lies further counts nothing
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
