import type {
  LanguageArchitecture,
  LanguageCell,
} from '../../../src-shared/architecture/cell/language-model';
import type { TextRecipe } from '../../../src-shared/tasks/text/text-recipe';
import { compileModel } from '../../engine/compile';
import { Graph, type GraphNode, type Tensor, type Variable } from '../../engine/graph';
import { evaluationPass, type Pass, trainingPass } from '../../engine/layers';
import { mappedFile, constant, identity, placeholder } from '../../engine/ops/source';
import { div, mul } from '../../engine/ops/arithmetic';
import { filled, reshape, sum } from '../../engine/ops/broadcast';
import { softmaxLoss } from '../../engine/ops/softmax-loss';
import { sgd } from '../../engine/optimizers';
import { assign } from '../../engine/variables';
import { type CarriedState, languageNetwork } from './language-network';
import { tokenWindow } from './text-windows';

/** A child to train: cell, recipe, and the seed of weights and dropout. */
export interface LanguageJob {
  readonly cell: LanguageCell;
  readonly recipe: TextRecipe;
  readonly seed: number;
}

/** A file of token ids: int32 [count]. */
export interface TokenFile {
  readonly file: string;
  readonly count: number;
}

/** What a language model reads. */
export interface LanguageCorpus {
  readonly train: TokenFile;
  readonly valid: TokenFile;
  /** The token assumed before the first one of a split: the end of a line, at word level. */
  readonly startToken: number;
}

/** The parts of a recipe that are built into the graph. */
export type LanguageGraphRecipe = Pick<
  TextRecipe,
  'batchSize' | 'steps' | 'clipNorm' | 'dropout' | 'initialRange' | 'forgetBias'
>;

/** How a graph is built. */
export interface LanguageGraphOptions {
  /** Whether to use the faster custom ops; only where `hasCustomOps()`. */
  readonly customOps: boolean;
}

/** A child on text as a graph that can be opened. */
export interface LanguageModel {
  readonly graph: Graph;
  /** What the model is made of, without hidden state. */
  readonly weights: readonly Variable[];
}

/**
 * The training graph of a language model. Tokens stay in their files, mapped into memory; a step is fed where the next window of
 * each row begins and where the row ends (corpus-rows.ts). Hidden state stays in the graph, from one window to the next.
 * Beside `init`, `read` and `assign` of every model, its signatures are
 * - `train` {positions int32 [batch], ends int32 [batch], learning_rate [], seed int32 [2]} → {loss, tokens, gradient_norm}: one
 *   step on the training tokens; the loss before it in nats, summed over the steps of the window and averaged over its rows (Zaremba et
 *   al., 2014: published rates and norms of clipping are for this sum, not for the mean of a token), and the tokens that counted;
 * - `evaluate` {positions, ends} → {losses [steps, batch], loss, tokens}: the loss of every validation token of the window, 0
 *   where none counts; their sum;
 * - `sample` {positions, ends, seed} → the same under one draw of dropout, where the dropout is variational: fed one seed
 *   for a whole split it is one network of the distribution that Monte Carlo averages;
 * - `reset`, `reset_evaluation` {} → {done}: hidden states become 0, before a text is read from its start.
 *
 * @throws engine.shape when the sizes cannot be
 */
export function languageModel(
  architecture: LanguageArchitecture,
  recipe: LanguageGraphRecipe,
  corpus: LanguageCorpus,
  { customOps }: LanguageGraphOptions,
): LanguageModel {
  const { batchSize: batch, steps } = recipe;
  const graph = new Graph();
  const network = languageNetwork(graph, architecture, recipe, customOps);
  const weights = graph.variables.slice();
  const train = mappedFile(graph, corpus.train.file, 'int32', [corpus.train.count]);
  const valid = mappedFile(graph, corpus.valid.file, 'int32', [corpus.valid.count]);
  const read = (tokens: Tensor, fed: FedWindow, carried: CarriedState, pass: Pass): ReadWindow => {
    const window = tokenWindow(tokens, fed.positions, fed.ends, steps, corpus.startToken);
    const { logits, carry } = network.apply(window.inputs, carried, pass);
    const losses = softmaxLoss(logits, reshape(window.targets, [steps * batch]), { customOps });
    const counted = mul(losses, reshape(window.weights, [steps * batch]));
    return {
      losses: reshape(counted, [steps, batch]),
      loss: sum(counted),
      tokens: sum(window.weights),
      carry,
    };
  };

  const fed = {
    ...fedWindow(graph, 'train', batch),
    learning_rate: placeholder(graph, 'train/learning_rate', []),
    seed: placeholder(graph, 'train/seed', [2], 'int32'),
  };
  const state = network.carried('state', batch, true);
  const trained = read(train, fed, state, trainingPass(fed.seed));

  const evaluationState = network.carried('evaluation_state', batch, false);
  const asked = fedWindow(graph, 'evaluate', batch);
  const evaluated = read(valid, asked, evaluationState, evaluationPass());
  if (recipe.dropout.kind === 'variational') {
    const drawn = {
      ...fedWindow(graph, 'sample', batch),
      seed: placeholder(graph, 'sample/seed', [2], 'int32'),
    };
    const sampled = read(valid, drawn, evaluationState, trainingPass(drawn.seed));
    graph.addSignature('sample', { inputs: drawn, outputs: measured(sampled) });
  }
  addReset(graph, 'reset', state);
  addReset(graph, 'reset_evaluation', evaluationState);

  compileModel({
    graph,
    train: {
      inputs: fed,
      outputs: { tokens: trained.tokens },
      loss: div(trained.loss, constant(graph, batch)),
      optimizer: sgd(),
      learningRate: fed.learning_rate,
      ...(recipe.clipNorm === null ? {} : { clipNorm: recipe.clipNorm }),
      updates: trained.carry,
    },
    evaluate: { inputs: { ...asked }, outputs: measured(evaluated) },
  });
  return { graph, weights };
}

/** Where the windows of a batch are, each int32 [batch]. */
interface FedWindow {
  readonly positions: Tensor;
  readonly ends: Tensor;
}

interface ReadWindow {
  readonly losses: Tensor;
  readonly loss: Tensor;
  readonly tokens: Tensor;
  readonly carry: readonly GraphNode[];
}

function fedWindow(graph: Graph, name: string, batch: number): FedWindow {
  return {
    positions: placeholder(graph, `${name}/positions`, [batch], 'int32'),
    ends: placeholder(graph, `${name}/ends`, [batch], 'int32'),
  };
}

/** The outputs of an evaluation, computed after the state is carried over. */
function measured({ losses, loss, tokens, carry }: ReadWindow): Record<string, Tensor> {
  return { losses, loss: identity(loss, { after: carry }), tokens };
}

function addReset(graph: Graph, name: string, { layers }: CarriedState): void {
  const assignments = layers
    .flatMap(({ h, c }) => (c ? [h, c] : [h]))
    .map((target) => assign(target, filled(graph, target.shape, 0)));
  const done = identity(constant(graph, 1, 'int32'), { after: assignments });
  graph.addSignature(name, { inputs: {}, outputs: { done } });
}
