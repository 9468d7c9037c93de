/** The product: a language model as a trainer process trains it. Arguments: WORKLOAD. */
import { join } from 'node:path';
import { rowWindows } from '../../src-main/children/language/text-windows';
import { languageModel } from '../../src-main/children/language/language-model';
import { hasCustomOps, loadEngine } from '../../src-main/engine/load';
import { fetchedNumber, openSession } from '../../src-main/engine/session';
import { readLanguageWorkload } from '../networks/language-workload';
import { serve } from './serve';
import { startFrom } from './start-from';

const folder = process.argv[2] ?? '';
const workload = readLanguageWorkload(folder);
const { batch, unrolled, recipe, tokens } = workload;
const file = { file: join(folder, 'tokens.bin'), count: tokens.length };
const { graph } = languageModel(
  workload.architecture,
  {
    batchSize: batch,
    steps: unrolled,
    clipNorm: recipe.clipNorm,
    dropout: { kind: 'none' },
    initialRange: 0.05,
    forgetBias: 0,
  },
  { train: file, valid: file, startToken: workload.startToken },
  { customOps: hasCustomOps() && process.env['CELLSMITH_CUSTOM_OPS'] !== '0' },
);
const session = await openSession(graph);
session.run('init', { seed: new Int32Array([1, 1]) });
startFrom(session, workload.weights);
const windows = rowWindows(tokens.length, batch, unrolled);
let taken = 0;

await serve(step, { tfjs: loadEngine().version.tfjs });

function step(): number {
  const window = windows[taken % windows.length];
  if (window === undefined) throw new RangeError('the text has no windows');
  taken += 1;
  const seed = Int32Array.of(1, taken);
  return fetchedNumber(session.run('train', { ...window, learning_rate: recipe.learningRate, seed }), 'loss');
}
