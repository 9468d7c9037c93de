import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { countLanguageParameters } from '../../../src-shared/architecture/language-model-size';
import {
  compareWithLanguageReference,
  nameOf,
  parseLanguageReferences,
} from '../../testing/language-reference';
import fixture from './fixtures/language-model.json';
import { leafOrder } from './tree-cell';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-language-'));
afterAll(() => rmSync(folder, { recursive: true }));

const references = parseLanguageReferences(fixture).map(
  (reference) => [nameOf(reference.request.architecture), reference] as const,
);

describe('a language model, compared with PyTorch from the same weights (fixtures/language_model_torch.py)', () => {
  it.each(references)(
    '%s: losses, gradients, clipped steps and the whole validation split',
    async (name, reference) => {
      const largest = await compareWithLanguageReference(reference, join(folder, name));
      expect(largest.loss).toBeLessThan(1e-5);
      expect(largest.gradientNorm).toBeLessThan(1e-4);
      expect(largest.firstGradient).toBeLessThan(1e-4);
      expect(largest.weights).toBeLessThan(1e-4);
      expect(largest.evaluationLoss).toBeLessThan(1e-5);
    },
  );

  it.each(references)('%s: the number of parameters', (_name, { request, parameters }) => {
    expect(countLanguageParameters(request.architecture)).toBe(parameters);
  });

  it.each(references)('%s: the order of its columns', (_name, { request }) => {
    const { cell } = request.architecture;
    expect(cell.kind === 'cell' ? leafOrder(cell) : []).toEqual(request.order);
  });
});
