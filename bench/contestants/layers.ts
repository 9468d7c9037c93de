/** tfjs-layers on tfjs-node-gpu, on the same TensorFlow as the product. Arguments: WORKLOAD. */
import type * as tfjs from '@tensorflow/tfjs-node-gpu';
import { loadEngine } from '../../src-main/engine/load';
import { layerExtents } from '../networks/operations';
import { serve } from './serve';
import { readWorkload, type Workload } from '../networks/workload';

const tf = loadEngine();
const workload = readWorkload(process.argv[2] ?? '');
const model = build(workload);
const { count, batch, task } = workload;
const images = tf.tensor4d(workload.images, [count, task.height, task.width, task.channels], 'int32');
const labels = tf.oneHot(tf.tensor1d(workload.labels, 'int32'), task.classes);
const [mean, deviation] = [tf.tensor1d([...workload.mean]), tf.tensor1d([...workload.deviation])];
let taken = 0;

await serve(step, { tfjs: tf.version.tfjs }, () =>
  tf.tidy(() => model.calculateLosses().reduce((sum, loss) => sum + (loss.dataSync()[0] ?? 0), 0)),
);

async function step(): Promise<number> {
  const indices = Int32Array.from({ length: batch }, (_, i) => (taken * batch + i) % count);
  taken += 1;
  const pixels = tf.tidy(() =>
    images.gather(tf.tensor1d(indices, 'int32')).toFloat().sub(mean).div(deviation),
  );
  const classes = tf.tidy(() => labels.gather(tf.tensor1d(indices, 'int32')));
  const loss = await model.trainOnBatch(pixels, classes);
  tf.dispose([pixels, classes]);
  return Number(Array.isArray(loss) ? loss[0] : loss);
}

function build({ architecture, recipe, weights, ...described }: Workload): tfjs.LayersModel {
  const decay = () => tf.regularizers.l2({ l2: recipe.weightDecay / 2 }); // whose gradient is weightDecay × w
  const initial = (name: string): tfjs.Tensor => {
    const weight = weights.find((one) => one.name === name);
    if (weight === undefined) throw new Error(`the workload has no ${name}`);
    return tf.tensor(weight.values, [...weight.shape]);
  };
  const extents = layerExtents(architecture, described.task);
  const { height, width, channels } = described.task;
  const image = tf.input({ shape: [height, width, channels] });
  const maps: tfjs.SymbolicTensor[] = [image];

  const joined = (references: readonly number[]): tfjs.SymbolicTensor => {
    const sizes = references.map((reference) => extents.outputs[reference] ?? described.task);
    const tallest = Math.max(...sizes.map((size) => size.height));
    const widest = Math.max(...sizes.map((size) => size.width));
    const parts = references.map((reference, i) => {
      const map = maps[reference] ?? image;
      const below = tallest - (sizes[i]?.height ?? 0);
      const right = widest - (sizes[i]?.width ?? 0);
      if (below === 0 && right === 0) return map;
      const padding: [[number, number], [number, number]] = [
        [0, below],
        [0, right],
      ];
      return tf.layers.zeroPadding2d({ padding }).apply(map) as tfjs.SymbolicTensor;
    });
    const [only] = parts;
    return parts.length === 1 && only !== undefined
      ? only
      : (tf.layers.concatenate().apply(parts) as tfjs.SymbolicTensor);
  };

  const kernels: (() => void)[] = [];
  for (const [index, layer] of architecture.layers.entries()) {
    const strides: [number, number] = [layer.strideHeight, layer.strideWidth];
    let map: tfjs.SymbolicTensor | tfjs.SymbolicTensor[] | tfjs.Tensor | tfjs.Tensor[] = joined(layer.inputs);
    if (layer.kind === 'convolution') {
      const convolution = tf.layers.conv2d({
        filters: layer.filters,
        kernelSize: [layer.filterHeight, layer.filterWidth],
        strides,
        padding: 'same',
        useBias: false,
        kernelRegularizer: decay(),
      });
      const normalisation = tf.layers.batchNormalization({
        momentum: recipe.batchNormMomentum,
        epsilon: recipe.batchNormEpsilon,
      });
      map = tf.layers.reLU().apply(normalisation.apply(convolution.apply(map)));
      kernels.push(() => convolution.setWeights([initial(`layer${index + 1}/kernel`)]));
    } else {
      const pooling = layer.kind === 'maxPooling' ? tf.layers.maxPooling2d : tf.layers.averagePooling2d;
      map = pooling({ poolSize: [layer.height, layer.width], strides, padding: 'same' }).apply(map);
    }
    maps.push(map as tfjs.SymbolicTensor);
  }
  const classifier = tf.layers.dense({ units: described.task.classes, kernelRegularizer: decay() });
  const features = tf.layers.globalAveragePooling2d({}).apply(joined(architecture.outputs));
  const network = tf.model({ inputs: image, outputs: classifier.apply(features) as tfjs.SymbolicTensor });
  for (const setKernel of kernels) setKernel();
  classifier.setWeights([initial('classifier/kernel'), initial('classifier/bias')]);
  network.compile({
    optimizer: tf.train.momentum(recipe.learningRate, recipe.momentum, recipe.nesterov),
    loss: (truth, logits) => tf.losses.softmaxCrossEntropy(truth, logits),
  });
  return network;
}
