import { CellsmithError } from '../../../src-shared/errors';
import type { LanguageArchitecture } from '../../../src-shared/architecture/cell/language-model';
import type { TextRecipe, LanguageDropout } from '../../../src-shared/tasks/text/text-recipe';
import type { Graph, GraphNode, Tensor, Variable } from '../../engine/graph';
import { type Pass, uniform, zeros } from '../../engine/layers';
import { biasAdd } from '../../engine/ops/activation';
import { reshape, expandDims } from '../../engine/ops/broadcast';
import { gather } from '../../engine/ops/gather';
import { matMul } from '../../engine/ops/matrix';
import { assign, readVariable, variable } from '../../engine/variables';
import { type CellState, formOfCell } from './cell-form';
import { recurrentLayer } from './recurrent-layer';
import { add, mul, scale } from '../../engine/ops/arithmetic';
import { cast, greaterEqual } from '../../engine/ops/logic';
import { dropout, dropoutMask, randomUniform } from '../../engine/ops/random';
import { constant } from '../../engine/ops/source';

/** Hidden state carried from one window to the next. */
export interface CarriedState {
  readonly layers: readonly { readonly h: Variable; readonly c?: Variable }[];
}

/** The result of a pass over a window. */
interface LanguagePass {
  /** [steps · batch, vocabulary], time first. */
  readonly logits: Tensor;
  /** Nodes that carry the state over to the next window. */
  readonly carry: readonly GraphNode[];
}

/** A language model, whose variables all its applications share. */
interface LanguageNetwork {
  /** Variables for the state of a batch, all 0 at first. @param name prefix, so that each pass has its own */
  readonly carried: (name: string, batch: number, saved: boolean) => CarriedState;
  /** @param inputs tokens, int32 [steps, batch] */
  readonly apply: (inputs: Tensor, carried: CarriedState, pass: Pass) => LanguagePass;
}

/**
 * A language model (paper section 4.2). Variables: `embedding/table` [vocabulary, hidden]; `layer0/…` and so on
 * (recurrent-layer.ts); `softmax/kernel` [hidden, vocabulary] unless it is shared with the embedding; `softmax/bias` [vocabulary].
 *
 * @param customOps whether layers are custom ops
 */
export function languageNetwork(
  graph: Graph,
  architecture: LanguageArchitecture,
  recipe: Pick<TextRecipe, 'dropout' | 'initialRange' | 'forgetBias'>,
  customOps: boolean,
): LanguageNetwork {
  const { cell, layers: depth, hidden, vocabulary, sharedEmbeddings } = architecture;
  const initial = uniform(recipe.initialRange);
  const form = formOfCell(cell, recipe.forgetBias);
  const table = variable(graph, 'embedding/table', [vocabulary, hidden], { initial });
  const layers = Array.from({ length: depth }, (_, i) =>
    recurrentLayer(graph, `layer${i}`, form, hidden, initial, customOps),
  );
  const kernel = sharedEmbeddings
    ? undefined
    : variable(graph, 'softmax/kernel', [hidden, vocabulary], { initial });
  const bias = variable(graph, 'softmax/bias', [vocabulary], { initial: zeros });
  return {
    carried: (name, batch, saved) => ({
      layers: layers.map((_, i) => {
        const make = (what: string): Variable =>
          variable(graph, `${name}/layer${i}/${what}`, [batch, hidden], {
            trainable: false,
            saved,
            initial: zeros,
          });
        return form.hasC ? { h: make('h'), c: make('c') } : { h: make('h') };
      }),
    }),
    apply(inputs, carried, pass) {
      const [, batch = 0] = inputs.shape;
      const drop = dropoutLayers(recipe.dropout, vocabulary, pass);
      const carry: GraphNode[] = [];
      let x = drop.words(gather(readVariable(table), inputs), inputs);
      for (const [i, layer] of layers.entries()) {
        const kept = carried.layers[i];
        if (!kept) throw new CellsmithError('internal', `Layer ${i} has no state.`);
        const [h, c] = [readVariable(kept.h), kept.c ? readVariable(kept.c) : undefined];
        const start: CellState = c ? { h, c } : { h };
        const unrolled = layer(drop.between(x), start, drop.recurrentMask(batch, hidden));
        x = unrolled.outputs;
        carry.push(assign(kept.h, unrolled.state.h, [h.node]));
        // c_t may not depend on c_{t−1}: only this order keeps the new one from being read as the old.
        if (kept.c && c && unrolled.state.c) carry.push(assign(kept.c, unrolled.state.c, [c.node]));
      }
      const features = reshape(drop.output(x), [-1, hidden]);
      const products = kernel
        ? matMul(features, readVariable(kernel))
        : matMul(features, readVariable(table), { transposeB: true });
      return { logits: biasAdd(products, readVariable(bias)), carry };
    },
  };
}

/** The dropout of a language model. In evaluation, and at a rate of 0, each function is the identity. */
export interface DropoutLayers {
  /** Of embedded tokens [steps, batch, hidden], whose ids are [steps, batch]: whole words. */
  readonly words: (embedded: Tensor, ids: Tensor) => Tensor;
  /** Between embedding and first layer, and between layers: [steps, batch, hidden]. */
  readonly between: (x: Tensor) => Tensor;
  /** Before the softmax: [steps, batch, hidden]. */
  readonly output: (x: Tensor) => Tensor;
  /** The mask that a layer multiplies h by, [batch, hidden]. */
  readonly recurrentMask: (batch: number, hidden: number) => Tensor | undefined;
}

const nothing: DropoutLayers = {
  words: (x) => x,
  between: (x) => x,
  output: (x) => x,
  recurrentMask: () => undefined,
};

/**
 * Dropout on the non-recurrent connections with a new mask at every step (Zaremba et al., 2014), or variational: one mask
 * for all steps of a window, also on recurrent connections and whole words (Gal & Ghahramani, 2016).
 */
export function dropoutLayers(rule: LanguageDropout, vocabulary: number, pass: Pass): DropoutLayers {
  if (!pass.training || rule.kind === 'none') return nothing;
  if (rule.kind === 'standard') {
    const drop = (x: Tensor): Tensor => (rule.rate > 0 ? dropout(x, pass.draw(), rule.rate) : x);
    return { ...nothing, between: drop, output: drop };
  }
  const acrossSteps = (x: Tensor, rate: number): Tensor => {
    const [, batch = 0, hidden = 0] = x.shape;
    return rate > 0 ? mul(x, dropoutMask(pass.draw(), [1, batch, hidden], rate)) : x;
  };
  return {
    words: (embedded, ids) =>
      rule.words > 0
        ? mul(embedded, expandDims(wordMask(ids, pass.draw(), rule.words, vocabulary), 2))
        : embedded,
    between: (x) => acrossSteps(x, rule.between),
    output: (x) => acrossSteps(x, rule.output),
    recurrentMask: (batch, hidden) =>
      rule.recurrent > 0 ? dropoutMask(pass.draw(), [batch, hidden], rule.recurrent) : undefined,
  };
}

/** 0 or 1 / (1 − rate) for each token [steps, batch]: the same for the same word of a row. */
function wordMask(ids: Tensor, seed: Tensor, rate: number, vocabulary: number): Tensor {
  const { graph } = ids.node;
  const [, batch = 0] = ids.shape;
  const rows = constant(
    graph,
    Array.from({ length: batch }, (_, row) => row * vocabulary),
    'int32',
  );
  const draws = gather(randomUniform(seed, [batch * vocabulary]), add(ids, rows));
  return scale(cast(greaterEqual(draws, constant(graph, rate)), 'float32'), 1 / (1 - rate));
}
