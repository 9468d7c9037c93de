import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TextRecipe } from '../../src-shared/tasks/text/text-recipe';
import { nasCell } from '../../src-shared/architecture/cell/recurrent-cell';
import { presets } from '../../src-shared/config/presets';
import { loadText } from '../testing/data/prepared';
import { writeFiles } from '../testing/data/image-datasets';
import { ptbFiles } from '../testing/data/tiny-dataset';
import { tinyArchitecture, tinyImages, tinyRecipe } from '../testing/data/tiny-images';
import { evaluateLanguageModel } from './language/evaluate-language-model';
import { trainLanguageChild } from './language/train-language-child';
import { evaluateChild } from './evaluate-child';
import { trainChild } from './train-child';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-evaluated-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('evaluating a trained network', () => {
  // Of as many images as there are to train on, and others, all of them to be evaluated on.
  const data = tinyImages(join(folder, 'train'), { train: 96, validation: 30 });
  const unseen = tinyImages(join(folder, 'test'), { train: 57, validation: 0, seed: 5 });
  const job = { architecture: tinyArchitecture, recipe: { ...tinyRecipe, epochs: 8 }, seed: 0 };

  it('classifies unseen images, counting each once', async () => {
    const { weights } = await trainChild(job, data);
    const steps: string[] = [];
    const evaluation = { ...job, weights, data, images: unseen };
    const accuracy = await evaluateChild(evaluation, {
      onStep: (step, of) => steps.push(`${step}/${of}`),
    });
    expect(accuracy).toBeGreaterThan(0.9);
    expect(accuracy * 57).toBeCloseTo(Math.round(accuracy * 57), 9);
    expect(steps).toEqual(['1/4', '2/4', '3/4', '4/4']);
  });

  it('on the validation images equals the last epoch’s result', async () => {
    // Validated on every image that it is then evaluated on.
    const all = {
      ...data,
      validationIndices: Int32Array.from({ length: 126 }, (_, i) => i),
    };
    const { weights, epochs } = await trainChild({ ...job, recipe: tinyRecipe }, all);
    const accuracy = await evaluateChild({ ...job, recipe: tinyRecipe, weights, data, images: data });
    expect(accuracy).toBeCloseTo(epochs.at(-1)?.validationAccuracy ?? NaN, 9);
  });

  it('rejects the weights of another network', async () => {
    const { weights } = await trainChild({ ...job, recipe: { ...tinyRecipe, epochs: 1 } }, data);
    const misfits = [
      weights.slice(1),
      [...weights, { name: 'more', shape: [1], values: Float32Array.of(1) }],
    ];
    for (const wrong of misfits)
      await expect(evaluateChild({ ...job, weights: wrong, data, images: unseen })).rejects.toMatchObject({
        code: 'run.damaged',
      });
  });
});

describe('evaluating a trained language model', () => {
  const recipe: TextRecipe = {
    ...presets['ptb-base8'].config.recipe,
    size: { kind: 'hidden', hidden: 8 },
    epochs: 2,
    batchSize: 4,
    steps: 7,
  };
  const dropout = { kind: 'variational', words: 0.2, between: 0.2, recurrent: 0.2, output: 0.2 } as const;
  const job = { cell: nasCell, recipe, seed: 3 };
  const tokens = () =>
    loadText(writeFiles(join(folder, 'text'), ptbFiles()), { cacheDirectory: join(folder, 'cache') });

  it('on the validation text equals the last epoch’s result', async () => {
    const data = await tokens();
    const { weights, epochs } = await trainLanguageChild(job, data);
    const text = { file: data.validFile, count: data.counts.valid };
    const steps: number[] = [];
    const perplexity = await evaluateLanguageModel(
      { ...job, weights, text, vocabulary: data.vocabulary },
      { onStep: (step, of) => steps.push(step / of) },
    );
    expect(perplexity).toBeCloseTo(epochs.at(-1)?.validationPerplexity ?? NaN, 6);
    expect(steps.at(-1)).toBe(1);
  });

  it('averages over dropout samples where its recipe asks for them', async () => {
    const data = await tokens();
    const text = { file: data.validFile, count: data.counts.valid };
    const { weights } = await trainLanguageChild(
      { ...job, recipe: { ...recipe, dropout: { ...dropout, samples: 0 } } },
      data,
    );
    const measured = (samples: number, seed = 3): Promise<number | null> =>
      evaluateLanguageModel({
        ...job,
        seed,
        recipe: { ...recipe, dropout: { ...dropout, samples } },
        weights,
        text,
        vocabulary: data.vocabulary,
      });
    const [plain, one, other, again] = await Promise.all([
      measured(0),
      measured(1),
      measured(1, 4),
      measured(1),
    ]);
    expect(new Set([plain, one, other]).size).toBe(3);
    expect(again).toBe(one);
  });
});
