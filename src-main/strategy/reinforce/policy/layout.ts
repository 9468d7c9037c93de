import type { Generator } from '../../../../src-shared/random';
import type { SearchSpace } from '../../../../src-shared/search-space';

/** One matrix of the policy: where it lies in the flat vector of parameters. */
export interface Block {
  readonly name: string;
  readonly offset: number;
  readonly shape: readonly number[];
}

/** A softmax of the policy: [options, hidden] weights, [options] biases, and where its options' embeddings start. */
export interface Head {
  readonly options: number;
  readonly weights: number;
  readonly biases: number;
  /** Row of the embedding table of its first option. */
  readonly firstRow: number;
}

/** One LSTM layer: [unit, input, gate] weights on the layer below, [unit, unit, gate] on itself, [unit, gate] biases. */
export interface LayerOffsets {
  readonly input: number;
  readonly recurrent: number;
  readonly biases: number;
}

/** Set-selection attention (paper section 3.3), and what the step after an anchor sees of its selection. */
export interface AnchorOffsets {
  /** W_prev and W_curr, [hidden, hidden]; v, [hidden]. */
  readonly previous: number;
  readonly current: number;
  readonly v: number;
  /** Projection of the mean of the selected hidden states, [hidden, hidden]. */
  readonly selection: number;
}

/**
 * Where everything lies in the flat vector of the policy's parameters. Flat, so that parameter-server shards can hold
 * slices of it and the optimiser need not know what it moves.
 */
export interface Layout {
  readonly hidden: number;
  readonly size: number;
  readonly blocks: readonly Block[];
  readonly lstm: readonly LayerOffsets[];
  /** Embeddings, [rows, hidden]: row 0 is the start vector, row 1 the anchor's (if any), then every head's options. */
  readonly embeddings: number;
  readonly rows: number;
  readonly startRow: number;
  readonly anchorRow: number;
  readonly heads: ReadonlyMap<string, Head>;
  readonly anchors: AnchorOffsets | undefined;
}

/** Lays the parameters out for a space. The order of the blocks is part of the checkpoint format. */
export function layoutOf(space: SearchSpace, hidden: number, layers: number): Layout {
  const blocks: Block[] = [];
  let size = 0;
  const block = (name: string, ...shape: number[]): number => {
    const offset = size;
    blocks.push({ name, offset, shape });
    size += shape.reduce((product, side) => product * side, 1);
    return offset;
  };

  const lstm: LayerOffsets[] = [];
  for (let layer = 0; layer < layers; layer++) {
    lstm.push({
      input: block(`lstm${layer}.input`, hidden, hidden, 4),
      recurrent: block(`lstm${layer}.recurrent`, hidden, hidden, 4),
      biases: block(`lstm${layer}.biases`, hidden, 4),
    });
  }
  // Sorted, so that the order in which a space happens to name its heads does not matter.
  const vocabulary = Object.entries(space.vocabulary).sort(([a], [b]) => (a < b ? -1 : 1));
  const heads = new Map<string, Head>();
  let rows = space.hasAnchors ? 2 : 1;
  for (const [name, { length }] of vocabulary) {
    const weights = block(`head.${name}.weights`, length, hidden);
    heads.set(name, {
      options: length,
      weights,
      biases: block(`head.${name}.biases`, length),
      firstRow: rows,
    });
    rows += length;
  }
  const embeddings = block('embeddings', rows, hidden);
  const anchors = space.hasAnchors
    ? {
        previous: block('anchor.previous', hidden, hidden),
        current: block('anchor.current', hidden, hidden),
        v: block('anchor.v', hidden),
        selection: block('anchor.selection', hidden, hidden),
      }
    : undefined;
  return { hidden, size, blocks, lstm, embeddings, rows, startRow: 0, anchorRow: 1, heads, anchors };
}

/** All weights uniform in [-range, range] (paper section 4.1: 0.08). */
export function initialParameters(layout: Layout, range: number, generator: Generator): Float64Array {
  const parameters = new Float64Array(layout.size);
  for (let i = 0; i < parameters.length; i++) parameters[i] = (2 * generator.uniform() - 1) * range;
  return parameters;
}
