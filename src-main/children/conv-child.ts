import {
  type ConvArchitecture,
  type ImageTask,
  byKind,
  type NodeReference,
} from '../../src-shared/architecture/conv/conv-architecture';
import type { ImageRecipe } from '../../src-shared/tasks/images/image-recipe';
import { compileModel, isKernel } from '../engine/compile';
import { Graph, type Tensor, type Variable } from '../engine/graph';
import { evaluationPass, type Pass, trainingPass, type Layer } from '../engine/layers';
import { mappedFile, constant, placeholder } from '../engine/ops/source';
import { sparseSoftmaxCrossEntropy } from '../engine/ops/activation';
import { mul } from '../engine/ops/arithmetic';
import { sum, reshape } from '../engine/ops/broadcast';
import { gather } from '../engine/ops/gather';
import { cast, equal } from '../engine/ops/logic';
import { argMax, mean } from '../engine/ops/reduction';
import { momentum } from '../engine/optimizers';
import { cropPlan, evaluationBoxes, imageInput, type Whitening } from './image-input';
import { describeConv } from '../../src-shared/architecture/conv/describe-conv';
import { layersOf } from '../../src-shared/architecture/conv/layered-network';
import { CellsmithError } from '../../src-shared/errors';
import { nodeGraphs, type BatchNormOptions, type NodePlace } from './node-graphs';

/** The images as they lie on disk: bytes [count, side, side, channels] and int32 labels [count]. */
export interface ImageFiles {
  readonly imagesFile: string;
  readonly labelsFile: string;
  readonly count: number;
}

/** A child as a graph that can be opened. */
export interface ConvChild {
  readonly graph: Graph;
  /** What the network is made of, moving averages among it, without the optimiser's own variables. */
  readonly weights: readonly Variable[];
}

/**
 * The training graph of a child on images. Images stay in their file, mapped into memory; a step is fed which ones it
 * takes and how they are cropped. Its signatures, besides `init`, `read` and `assign` of every model:
 * - `train` {indices int32 [batch], boxes [batch, 4], learning_rate []} → {loss, correct}: one step, which takes a seed int32 [2]
 *   too where the network draws (`needsSeed`); the mean cross-entropy in nats and the number of images that were classified rightly, both before the step;
 * - `evaluate` {indices int32 [batch], weights [batch]} → {loss, correct}: sums over the images, each times its weight.
 *
 * Weight decay is L2 on the kernels of convolutions and of the classifier. The paper does not say of what; scale and offset of
 * batch normalisation and the classifier's bias are left alone, as in the networks that it builds on. The loss that is
 * reported is the cross-entropy alone, so that those of training and validation compare.
 *
 * @throws architecture.invalid, config.invalid, engine.shape when the network or recipe cannot be
 */
export function convChild(
  architecture: ConvArchitecture,
  task: ImageTask,
  recipe: ImageRecipe,
  batch: number,
  files: ImageFiles,
  whitening: Whitening,
): ConvChild {
  const graph = new Graph();
  const plan = cropPlan(task.height, recipe.augmentation);
  const shape = [files.count, task.height, task.width, task.channels];
  const images = mappedFile(graph, files.imagesFile, 'uint8', shape);
  const labels = mappedFile(graph, files.labelsFile, 'int32', [files.count]);
  const network = convNetwork(graph, architecture, task, {
    momentum: recipe.batchNormMomentum,
    epsilon: recipe.batchNormEpsilon,
  });
  const classify = (indices: Tensor, boxes: Tensor, pass: Pass): Classified =>
    judge(network(imageInput(images, indices, boxes, plan, whitening), pass), gather(labels, indices));

  const fed = {
    indices: placeholder(graph, 'train/indices', [batch], 'int32'),
    boxes: placeholder(graph, 'train/boxes', [batch, 4]),
    learning_rate: placeholder(graph, 'train/learning_rate', []),
  };
  const seed = needsSeed(architecture) ? placeholder(graph, 'train/seed', [2], 'int32') : undefined;
  const training = trainingPass(seed);
  const trained = classify(fed.indices, fed.boxes, training);

  const asked = {
    indices: placeholder(graph, 'evaluate/indices', [batch], 'int32'),
    weights: placeholder(graph, 'evaluate/weights', [batch]),
  };
  const weights = graph.variables.slice();
  const boxes = { dtype: 'float32', shape: [batch, 4], values: evaluationBoxes(plan, batch) } as const;
  const evaluated = classify(asked.indices, constant(graph, boxes), evaluationPass());

  compileModel({
    graph,
    train: {
      inputs: { ...fed, ...(seed && { seed }) },
      outputs: { correct: sum(trained.correct) },
      loss: mean(trained.losses),
      optimizer: momentum(recipe),
      learningRate: fed.learning_rate,
      weightDecay: { rate: recipe.weightDecay, of: isKernel },
      updates: training.updates,
    },
    evaluate: {
      inputs: asked,
      outputs: {
        loss: sum(mul(evaluated.losses, asked.weights)),
        correct: sum(mul(evaluated.correct, asked.weights)),
      },
    },
  });
  return { graph, weights };
}

/** Whether steps of training draw random numbers in the network. */
export function needsSeed({ nodes }: ConvArchitecture): boolean {
  return nodes.some((node) => node.kind === 'dropout' && node.rate > 0);
}

/** Of each image, [batch]: cross-entropy in nats; 1 where the likeliest class is the right one. */
interface Classified {
  readonly losses: Tensor;
  readonly correct: Tensor;
}

function judge(logits: Tensor, labels: Tensor): Classified {
  return {
    losses: sparseSoftmaxCrossEntropy(logits, labels),
    correct: cast(equal(argMax(logits, 1), labels), 'float32'),
  };
}

/**
 * A network as a layer of the engine, from an image [batch, height, width, channels] to logits [batch, classes].
 *
 * Variables: `layerN/kernel` and so on, N being the number of the layer that a node reads as (`layersOf`): a convolution
 * with its normalisation and ReLU has `layerN/kernel`, `/gamma`, `/beta`, `/moving_mean`, `/moving_variance`; `classifier/kernel`,
 * `classifier/bias`.
 *
 * @throws architecture.invalid when shapes do not match, or a node refers to a later one
 */
function convNetwork(
  graph: Graph,
  architecture: ConvArchitecture,
  task: ImageTask,
  normalization: BatchNormOptions,
): Layer {
  const names = namesOfNodes(architecture);
  const nodes = describeConv(architecture, task).nodes.map(({ node, input, output }, index) => {
    const place: NodePlace = { graph, name: names[index] ?? '', input, output, normalization };
    return { inputs: node.inputs, apply: byKind(nodeGraphs, node, place) };
  });
  return (image, pass) => {
    const outputs: Tensor[] = [image];
    let logits = image;
    for (const { inputs, apply } of nodes) {
      logits = apply(
        inputs.map((reference) => outputs[reference] ?? missing(reference)),
        pass,
      );
      outputs.push(logits);
    }
    return reshape(logits, [image.shape[0] ?? 1, task.classes]);
  };
}

/** The prefix of each node's variables, before the `/`. */
export function namesOfNodes(architecture: ConvArchitecture): readonly string[] {
  const { layers, classifier } = layersOf(architecture);
  const names: string[] = [];
  for (const layer of [...layers, classifier])
    for (const reference of layer.references)
      names[reference - 1] = layer === classifier ? 'classifier' : `layer${layer.number}`;
  return names;
}

function missing(reference: NodeReference): never {
  throw new CellsmithError('architecture.invalid', `Node ${reference} is used before it is defined.`);
}
