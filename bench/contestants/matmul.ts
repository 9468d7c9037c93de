/** The machine's own rate: TensorFlow's product of two square matrices. Arguments: SIDE. */
import { loadEngine } from '../../src-main/engine/load';
import { serve } from './serve';

const side = Number(process.argv[2]);
const tf = loadEngine();
const [a, b] = [tf.randomUniform([side, side]), tf.randomUniform([side, side])];

await serve(
  () => {
    const product = tf.matMul(a, b);
    const corner = product.slice([0, 0], [1, 1]);
    const value = corner.dataSync()[0] ?? Number.NaN;
    tf.dispose([product, corner]);
    return value;
  },
  { tensorflow: tf.version.tfjs },
);
