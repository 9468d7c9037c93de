import { languageMultiplyAdds } from '../../src-shared/architecture/cell/language-model';
import { benchTask, type BenchChild } from './children';
import { makeLanguageWorkload, writeLanguageWorkload } from './language-workload';
import { stepOperations } from './operations';
import { makeWorkload, writeWorkload } from './workload';

/** Images that the contestants hold in memory, and windows of text; a step takes the next batch, or the next window. */
const images = 4096;
const windows = 64;

/** Writes what the contestants train. */
export function writeChildWorkload(folder: string, child: BenchChild): void {
  if (child.kind === 'conv') writeWorkload(folder, makeWorkload(child, benchTask, images));
  else writeLanguageWorkload(folder, makeLanguageWorkload(child, windows));
}

/** At the paper's rate of 0.1 rounding differences grow a hundredfold a step in networks with small maps. */
const gentleRate = 0.01;

/** Writes what the contestants are checked on: at most the given number of steps, at a learning rate that keeps rounding errors small. */
export function writeCheckedWorkload(folder: string, child: BenchChild, steps: number): void {
  if (child.kind === 'conv') {
    const workload = makeWorkload(child, benchTask, child.batch * steps);
    writeWorkload(folder, { ...workload, recipe: { ...workload.recipe, learningRate: gentleRate } });
  } else writeLanguageWorkload(folder, makeLanguageWorkload(child, steps));
}

/**
 * Floating-point operations of one training step. Of a language model: 2 for each multiply-add of its products, three times over
 * (forward, gradient of the input, gradient of the weights). Embedding, the cell's own operations and the update are excluded.
 */
export function childOperations(child: BenchChild): number {
  if (child.kind === 'conv') return stepOperations(child.architecture, benchTask, child.batch);
  return child.batch * child.unrolled * 2 * 3 * languageMultiplyAdds(child.architecture);
}
