/** The product: a child's graph as a trainer process trains it. Arguments: WORKLOAD [augmenting]. */
import { networkOfLayers } from '../../src-shared/architecture/conv/layered-network';
import { join } from 'node:path';
import { convChild } from '../../src-main/children/conv-child';
import { cropPlan, randomBoxes } from '../../src-main/children/image-input';
import { loadEngine } from '../../src-main/engine/load';
import { fetchedNumber, openSession } from '../../src-main/engine/session';
import { presets } from '../../src-shared/config/presets';
import type { ImageRecipe } from '../../src-shared/tasks/images/image-recipe';
import { Generator } from '../../src-shared/random';
import { serve } from './serve';
import { startFrom } from './start-from';
import { readWorkload } from '../networks/workload';

const [folder = '', ...settings] = process.argv.slice(2);
const augmenting = settings.includes('augmenting');
const workload = readWorkload(folder);
const { count, batch, task } = workload;
const recipe: ImageRecipe = {
  ...presets.v1.config.recipe,
  ...workload.recipe,
  batchSize: batch,
  augmentation: augmenting
    ? { enlarge: 'upsample', enlargedSide: 40, horizontalFlip: true }
    : { enlarge: 'none', enlargedSide: task.height, horizontalFlip: false },
};
const files = { imagesFile: join(folder, 'images.bin'), labelsFile: join(folder, 'labels.bin'), count };
const whitening = { mean: workload.mean, std: workload.deviation };
const session = await openSession(
  convChild(networkOfLayers(workload.architecture), task, recipe, batch, files, whitening).graph,
);
session.run('init', { seed: new Int32Array([1, 1]) });
startFrom(session, workload.weights);
const plan = cropPlan(task.height, recipe.augmentation);
const generator = Generator.seeded(1, 'bench/augmentation');
let taken = 0;

await serve(step, { tfjs: loadEngine().version.tfjs, augmenting });

function step(): number {
  const indices = Int32Array.from({ length: batch }, (_, i) => (taken * batch + i) % count);
  taken += 1;
  const boxes = randomBoxes(plan, batch, generator);
  return fetchedNumber(session.run('train', { indices, boxes, learning_rate: recipe.learningRate }), 'loss');
}
