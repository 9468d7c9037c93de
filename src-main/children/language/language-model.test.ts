import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { countLanguageParameters } from '../../../src-shared/architecture/cell/language-model';
import {
  compareWithLanguageReference,
  nameOf,
  parseLanguageReferences,
} from '../../testing/reference/language-reference';
import { hasCustomOps } from '../../engine/load';
import fixture from './fixtures/language-model.json';
import { languageModel } from './language-model';
import { leafOrder } from './cell-form';
import { figure5Cell } from '../../../src-shared/testing/step-cell';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-language-'));
afterAll(() => rmSync(folder, { recursive: true }));

const references = parseLanguageReferences(fixture).map(
  (reference) => [nameOf(reference.request.architecture), reference] as const,
);
/** Graphs of TensorFlow's ops alone, and of custom ops where they run. */
const kinds = hasCustomOps() ? [false, true] : [false];
const referencesOfBoth = kinds.flatMap((customOps) =>
  references.map(
    ([name, reference]) => [`${name}${customOps ? ', custom ops' : ''}`, reference, customOps] as const,
  ),
);

describe('a language model, compared with PyTorch from the same weights (fixtures/language_model_torch.py)', () => {
  it.each(referencesOfBoth)(
    '%s: losses, gradients, clipped steps and the whole validation split',
    async (name, reference, customOps) => {
      const largest = await compareWithLanguageReference(reference, join(folder, name), customOps);
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

describe('hidden state that is carried over', () => {
  it.each(kinds)(
    'is set only after it is read, also where c_t does not depend on c_{t−1} (custom ops: %s)',
    (customOps) => {
      // c_t is read at a leaf, and c_{t−1} joins at the root.
      const cell = { ...figure5Cell, readNode: 0, injectedNode: 2 };
      const tokens = { file: '/nowhere', count: 100 };
      const { graph } = languageModel(
        { cell, layers: 2, hidden: 3, vocabulary: 5, sharedEmbeddings: false },
        {
          batchSize: 2,
          steps: 1,
          clipNorm: 5,
          dropout: { kind: 'none' },
          initialRange: 0.1,
          forgetBias: 0,
        },
        { train: tokens, valid: tokens, startToken: 0 },
        { customOps },
      );
      const states = graph.variables.filter(({ name }) => /state\/layer\d\/[hc]$/.test(name));
      expect(states.length).toBe(8);
      for (const { handle } of states) {
        const users = graph.nodes.filter(({ inputs }) => inputs[0]?.node === handle.node);
        const reads = users.filter(({ op }) => op === 'ReadVariableOp');
        // Set by a window, by `reset`, by `init`, and by `assign` where it is saved.
        const ordered = users.filter(
          ({ op, controls }) => op === 'AssignVariableOp' && controls.some((c) => reads.includes(c)),
        );
        expect(ordered.length).toBe(1);
      }
    },
  );
});
