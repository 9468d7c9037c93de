import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { LanguageArchitecture } from '../../../src-shared/architecture/cell/language-model';
import { activations, combinations } from '../../../src-shared/architecture/cell/recurrent-cell';
import { rowWindows } from '../../children/language/text-windows';
import { languageModel } from '../../children/language/language-model';
import { evaluateText } from '../../children/language/evaluate-language-model';
import { fetchedFloats, fetchedNumber, openSession } from '../../engine/session';

const operation = z.object({ combination: z.enum(combinations), activation: z.enum(activations) });
const requestSchema = z.object({
  architecture: z.object({
    cell: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('cell'),
        base: z.int(),
        nodes: z.array(operation),
        inject: operation,
        readNode: z.int(),
        injectedNode: z.int(),
      }),
      z.object({ kind: z.literal('lstm') }),
      z.object({ kind: z.literal('rnn') }),
    ]),
    layers: z.int(),
    hidden: z.int(),
    vocabulary: z.int(),
    sharedEmbeddings: z.boolean(),
  }),
  /** The leaves of a cell in the order of the graph's columns. */
  order: z.array(z.int()),
  batch: z.int(),
  steps: z.int(),
  clip: z.number(),
  rates: z.array(z.number()),
  train: z.int(),
  valid: z.int(),
  startToken: z.int(),
  seed: z.int(),
});
export type LanguageRequest = z.infer<typeof requestSchema>;

const tensors = z.record(z.string(), z.base64());
const referencesSchema = z.array(
  z.object({
    request: requestSchema,
    train: z.base64(),
    valid: z.base64(),
    parameters: z.int(),
    before: tensors,
    afterFirst: tensors,
    after: tensors,
    steps: z.array(z.object({ loss: z.number(), gradientNorm: z.number() })),
    evaluationLoss: z.number(),
  }),
);

/** The output of src-main/children/language/fixtures/language_model_torch.py for one request. */
export type LanguageReference = z.infer<typeof referencesSchema>[number];

export function parseLanguageReferences(value: unknown): readonly LanguageReference[] {
  return referencesSchema.parse(value);
}

/** A reference's name among others. */
export function nameOf({ cell, layers, hidden, sharedEmbeddings }: LanguageArchitecture): string {
  const kind = 'base' in cell ? `a cell of base ${cell.base}` : cell.kind;
  return `${kind}, ${layers} × ${hidden}${sharedEmbeddings ? ', shared embeddings' : ''}`;
}

/** Largest differences, relative to 1 or to the reference's value where that is larger. */
export interface LanguageDifferences {
  loss: number;
  gradientNorm: number;
  /** Of the first step's gradients, derived from its change of the weights. */
  firstGradient: number;
  weights: number;
  evaluationLoss: number;
}

/**
 * Repeats the reference's steps in the training graph, from the same weights on the same tokens.
 * @param folder gets the tokens
 * @param customOps whether the graph has custom ops
 */
export async function compareWithLanguageReference(
  reference: LanguageReference,
  folder: string,
  customOps: boolean,
): Promise<LanguageDifferences> {
  const { architecture, batch, steps, clip, rates, startToken, ...request } = reference.request;
  mkdirSync(folder, { recursive: true });
  const write = (name: string, tokens: string): string => {
    const file = join(folder, name);
    writeFileSync(file, Buffer.from(tokens, 'base64'));
    return file;
  };
  const { graph, weights } = languageModel(
    architecture,
    {
      batchSize: batch,
      steps,
      clipNorm: clip,
      dropout: { kind: 'none' },
      initialRange: 0.1,
      forgetBias: 0,
    },
    {
      train: { file: write('train.bin', reference.train), count: request.train },
      valid: { file: write('valid.bin', reference.valid), count: request.valid },
      startToken,
    },
    { customOps },
  );
  const largest: LanguageDifferences = {
    loss: 0,
    gradientNorm: 0,
    firstGradient: 0,
    weights: 0,
    evaluationLoss: 0,
  };
  const note = (what: keyof LanguageDifferences, ours: number, theirs: number): void => {
    const difference = Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs));
    // NaN must not pass for a small difference.
    largest[what] = Number.isNaN(difference) ? Infinity : Math.max(largest[what], difference);
  };
  const session = await openSession(graph);
  try {
    session.run('init', { seed: Int32Array.of(0, 0) });
    const initial = session.run('read');
    const restored = Object.keys(initial).map((name) => [
      name,
      reference.before[name] === undefined ? fetchedFloats(initial, name) : floats(reference.before, name),
    ]);
    session.run('assign', Object.fromEntries(restored) as Record<string, Float32Array>);
    const compareWeights = (theirs: Record<string, string>, what: 'weights' | 'firstGradient'): void => {
      const values = session.run('read');
      // The first step moves a weight by rate · factor of clipping · gradient.
      const factor = Math.min(1, clip / (reference.steps[0]?.gradientNorm ?? 0));
      const unit = what === 'weights' ? 1 : (rates[0] ?? 0) * factor;
      for (const { name } of weights) {
        const [now, start, expected] = [values, reference.before, theirs].map((set) =>
          set === values ? fetchedFloats(values, name) : floats(set as Record<string, string>, name),
        );
        const origin = (i: number): number => (what === 'weights' ? 0 : (start?.[i] ?? NaN));
        for (let i = 0; i < Math.max(now?.length ?? 0, expected?.length ?? 0); i++)
          note(what, ((now?.[i] ?? NaN) - origin(i)) / unit, ((expected?.[i] ?? NaN) - origin(i)) / unit);
      }
    };
    const windows = rowWindows(request.train, batch, steps);
    for (const [number, step] of reference.steps.entries()) {
      const window = windows[number % windows.length];
      if (!window) throw new RangeError('no windows');
      if (number % windows.length === 0) session.run('reset');
      const results = session.run('train', {
        positions: window.positions,
        ends: window.ends,
        learning_rate: rates[number] ?? NaN,
        seed: Int32Array.of(0, number),
      });
      note('loss', fetchedNumber(results, 'loss'), step.loss);
      note('gradientNorm', fetchedNumber(results, 'gradient_norm'), step.gradientNorm);
      if (number === 0) compareWeights(reference.afterFirst, 'firstGradient');
    }
    compareWeights(reference.after, 'weights');
    const evaluation = evaluateText(session, request.valid, { batchSize: batch, steps, samples: 0, seed: 0 });
    let measured = evaluation.next();
    while (measured.done !== true) measured = evaluation.next();
    note('evaluationLoss', measured.value.loss * request.valid, reference.evaluationLoss);
  } finally {
    session.close();
  }
  return largest;
}

function floats(values: Record<string, string>, name: string): Float32Array {
  const bytes = Buffer.from(values[name] ?? '', 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
