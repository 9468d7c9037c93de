import type { Tensor } from '../../engine/graph';
import type { Pass } from '../../engine/layers';
import { add, mul, scale } from '../../engine/ops/arithmetic';
import { expandDims } from '../../engine/ops/broadcast';
import { gather } from '../../engine/ops/gather';
import { cast, greaterEqual } from '../../engine/ops/logic';
import { dropout, dropoutMask, randomUniform } from '../../engine/ops/random';
import { constant } from '../../engine/ops/source';
import type { LanguageDropout } from '../../../src-shared/tasks/text/text-recipe';

/** Where a language model drops something. In a pass that does not train, and at a rate of 0, each gives back what it was given. */
export interface Droppings {
  /** Of embedded tokens [steps, batch, hidden], whose ids are [steps, batch]: whole words. */
  readonly words: (embedded: Tensor, ids: Tensor) => Tensor;
  /** Between embedding and first layer, and between layers: [steps, batch, hidden]. */
  readonly between: (x: Tensor) => Tensor;
  /** Before the softmax: [steps, batch, hidden]. */
  readonly output: (x: Tensor) => Tensor;
  /** What a layer multiplies h with, [batch, hidden]. */
  readonly recurrentMask: (batch: number, hidden: number) => Tensor | undefined;
}

const nothing: Droppings = {
  words: (x) => x,
  between: (x) => x,
  output: (x) => x,
  recurrentMask: () => undefined,
};

/**
 * Dropout on the connections that are not recurrent, drawn anew for every step (Zaremba et al., 2014), or variational: one draw
 * for all steps of a window, of the recurrent connections and of whole words too (Gal & Ghahramani, 2016).
 */
export function droppings(rule: LanguageDropout, vocabulary: number, pass: Pass): Droppings {
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
