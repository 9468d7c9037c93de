import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { cellSpace, decodeCell } from '../../../src-shared/tasks/cell/cell-space';
import { Generator } from '../../../src-shared/random';
import {
  compareWithLanguageReference,
  type LanguageReference,
  type LanguageRequest,
  parseLanguageReferences,
} from '../../testing/reference/language-reference';
import { hasCustomOps } from '../../engine/load';
import fixture from './fixtures/language-model.json';
import { leafOrder } from './cell-form';

const python = process.env['CELLSMITH_PEERS_PYTHON'] ?? 'python3';
const script = fileURLToPath(new URL('./fixtures/language_model_torch.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cellsmith-peers-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Graphs of TensorFlow's ops alone, and of custom ops where they run. */
const kinds = hasCustomOps() ? [false, true] : [false];

/** What PyTorch does with requests, now. */
function pytorch(requests: readonly LanguageRequest[]): readonly LanguageReference[] {
  const input = JSON.stringify(requests);
  return parseLanguageReferences(
    JSON.parse(execFileSync(python, [script], { input, encoding: 'utf8', maxBuffer: 1 << 28 })),
  );
}

const options = {
  combinations: ['elem_mult', 'add', 'max'],
  activations: ['identity', 'tanh', 'sigmoid', 'relu', 'sin'],
} as const;

/** A random cell, or one of the ready ones, at a random size. */
function randomRequest(seed: number): LanguageRequest {
  const generator = Generator.seeded(seed);
  const one = <T>(values: readonly [T, ...T[]]): T => values[generator.integer(values.length)] ?? values[0];
  const base = one([2, 4, 8, 16]);
  const space = cellSpace({ base, ...options });
  const decisions: number[] = [];
  for (let point = space.next(decisions, 1); point?.kind === 'choice'; point = space.next(decisions, 1))
    decisions.push(generator.integer(point.options.length));
  const found = decodeCell({ base, ...options }, decisions);
  const cell = one<LanguageRequest['architecture']['cell']>([
    { ...found, nodes: [...found.nodes] },
    { kind: 'lstm' },
    { kind: 'rnn' },
  ]);
  const vocabulary = 5 + generator.integer(20);
  return {
    architecture: {
      cell,
      layers: 1 + generator.integer(3),
      hidden: 2 + generator.integer(9),
      vocabulary,
      sharedEmbeddings: one([true, false]),
    },
    order: cell.kind === 'cell' ? [...leafOrder(cell)] : [],
    batch: 1 + generator.integer(6),
    steps: 1 + generator.integer(9),
    clip: one([0.3, 100]),
    rates: Array.from({ length: 8 }, (_, step) => 0.2 / (1 + step)),
    train: 30 + generator.integer(100),
    valid: 1 + generator.integer(100),
    startToken: generator.integer(vocabulary),
    seed,
  };
}

describe('language models trained by PyTorch, run now', () => {
  const references = pytorch(Array.from({ length: 16 }, (_, seed) => randomRequest(seed)));

  it.each(kinds.flatMap((customOps) => references.map((reference, i) => [i, customOps, reference] as const)))(
    'a random model of seed %i trains and evaluates like PyTorch, to 1e-4 (custom ops: %s)',
    async (seed, customOps, reference) => {
      const largest = await compareWithLanguageReference(reference, join(folder, String(seed)), customOps);
      const { gradientNorm, firstGradient, ...others } = largest;
      expect(Math.max(...Object.values(others))).toBeLessThan(1e-4);
      // A value on the kink of its ReLU, or two that are equal under a maximum, have more than one gradient.
      expect(Math.max(gradientNorm, firstGradient)).toBeLessThan(1e-2);
    },
  );

  // PyTorch draws other random numbers on a GPU.
  it.skipIf(process.env['CELLSMITH_PEERS_DEVICE'] === 'cuda')(
    'the committed references equal PyTorch’s results',
    () => {
      const committed = parseLanguageReferences(fixture);
      const now = pytorch(committed.map(({ request }) => request));
      for (const [i, { steps, evaluationLoss }] of committed.entries()) {
        expect(now[i]?.evaluationLoss).toBeCloseTo(evaluationLoss, 3);
        for (const [j, { loss }] of steps.entries()) expect(now[i]?.steps[j]?.loss).toBeCloseTo(loss, 4);
      }
    },
  );
});
