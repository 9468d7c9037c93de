import { CellsmithError } from '../../../src-shared/errors';
import type { LanguageArchitecture } from '../../../src-shared/architecture/cell/language-model';
import type { TextRecipe } from '../../../src-shared/tasks/text/text-recipe';
import type { Graph, GraphNode, Tensor, Variable } from '../../engine/graph';
import { type Pass, uniform, zeros } from '../../engine/layers';
import { biasAdd } from '../../engine/ops/activation';
import { reshape } from '../../engine/ops/broadcast';
import { gather } from '../../engine/ops/gather';
import { matMul } from '../../engine/ops/matrix';
import { assign, readVariable, variable } from '../../engine/variables';
import type { CellState } from './cell-form';
import { formOfCell } from './form-of-cell';
import { droppings } from './language-dropout';
import { recurrentLayer } from './recurrent-layer';

/** Hidden state that stays in the graph from one window to the next. */
export interface CarriedState {
  readonly layers: readonly { readonly h: Variable; readonly c?: Variable }[];
}

/** What a pass over a window gives. */
export interface LanguagePass {
  /** [steps · batch, vocabulary], time first. */
  readonly logits: Tensor;
  /** Nodes that carry the state over to the next window. */
  readonly carry: readonly GraphNode[];
}

/** A language model whose variables exist once, however often it is applied. */
export interface LanguageNetwork {
  /** Variables for the state of a batch, all 0 at first. @param name comes before theirs, so that each pass has its own */
  readonly carried: (name: string, batch: number, saved: boolean) => CarriedState;
  /** @param inputs tokens, int32 [steps, batch] */
  readonly apply: (inputs: Tensor, carried: CarriedState, pass: Pass) => LanguagePass;
}

/**
 * A language model (paper section 4.2). Variables: `embedding/table` [vocabulary, hidden]; `layer0/…` and so on
 * (recurrent-layer.ts); `softmax/kernel` [hidden, vocabulary] unless the embedding serves; `softmax/bias` [vocabulary].
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
      const drop = droppings(recipe.dropout, vocabulary, pass);
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
        // c_t need not depend on c_{t−1}: nothing but this order keeps the new one from being read as the old.
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
