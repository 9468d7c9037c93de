import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { countLanguageParameters } from '../../../src-shared/architecture/cell/language-model';
import { nasCell } from '../../../src-shared/architecture/cell/recurrent-cell';
import type { TextRecipe } from '../../../src-shared/tasks/text/text-recipe';
import type { TrainingTokens } from '../../datasets/text/text-reader';
import { hasCustomOps } from '../../engine/load';
import { openSession } from '../../engine/session';
import { checkpointFile } from '../checkpoint-file';
import { languageModel } from './language-model';
import { evaluateText } from './evaluate-language-model';
import { hearing } from '../../testing/hearing';
import { trainLanguageChild } from './train-language-child';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-language-child-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Words that follow one another by a rule that looks one word back, so that ln 5 is far from the best loss. */
function countingText(name: string, count: number): string {
  const file = join(folder, name);
  let [before, word] = [0, 1];
  const tokens = Int32Array.from({ length: count }, () => {
    [before, word] = [word, (before + word + 1) % 5];
    return word;
  });
  writeFileSync(file, new Uint8Array(tokens.buffer));
  return file;
}

const data: TrainingTokens = {
  trainFile: countingText('train.bin', 600),
  validFile: countingText('valid.bin', 101),
  counts: { train: 600, valid: 101 },
  vocabulary: ['<eos>', '<unk>', 'a', 'b', 'c'],
  level: 'word',
  fingerprint: '',
};

const recipe: TextRecipe = {
  kind: 'text',
  level: 'word',
  vocabularyLimit: 'auto',
  layers: 1,
  size: { kind: 'hidden', hidden: 12 },
  sharedEmbeddings: false,
  epochs: 4,
  batchSize: 4,
  steps: 8,
  clipNorm: 5,
  learningRate: 0.125,
  decay: { kind: 'after', constantEpochs: 2, divisor: 2 },
  dropout: { kind: 'none' },
  initialRange: 0.3,
  forgetBias: 0,
  rewardConstant: 80,
  timeLimit: null,
};

const job = { cell: nasCell, recipe, seed: 0 };

/** Everything of a result but the time that it took. */
function withoutTime({ epochs, weights }: Awaited<ReturnType<typeof trainLanguageChild>>): unknown {
  return { epochs: epochs.map((record) => ({ ...record, seconds: 0 })), weights };
}

describe('a child on text', () => {
  it.each([
    ['a cell', nasCell] as const,
    ['lstm', { kind: 'lstm' }] as const,
    ['rnn', { kind: 'rnn' }] as const,
  ])('learns as %s', async (_name, cell) => {
    const { epochs, architecture, weights } = await trainLanguageChild(
      { ...job, cell, recipe: { ...recipe, epochs: 20, initialRange: 0.7, decay: { kind: 'constant' } } },
      data,
    );
    expect(epochs[0]?.trainPerplexity).toBeGreaterThan(3);
    expect(epochs.at(-1)?.validationPerplexity).toBeLessThan(1.5);
    const size = weights.reduce((total, { values }) => total + values.length, 0);
    expect(size).toBe(countLanguageParameters(architecture));
  });

  it('follows its learning-rate schedule, and counts its steps', async () => {
    const steps: string[] = [];
    const { epochs } = await trainLanguageChild(job, data, {
      onEvent: hearing({
        trialProgress: ({ epoch, step, steps: all }) => steps.push(`${epoch}: ${step} of ${all}`),
      }),
    });
    expect(epochs.map(({ learningRate }) => learningRate)).toEqual([0.125, 0.125, 0.0625, 0.03125]);
    // 150 tokens a row in windows of 8, then 26 at most.
    expect(steps.slice(0, 24)).toEqual(
      Array.from({ length: 24 }, (_, i) => `${Math.floor(i / 23)}: ${(i % 23) + 1} of 23`),
    );
  });

  it('is a function of its seed (0 is one), with dropout too', async () => {
    const dropout = { kind: 'standard', rate: 0.5 } as const;
    const children = [0, 0, 1].map((seed) =>
      trainLanguageChild({ ...job, seed, recipe: { ...recipe, epochs: 1, dropout } }, data),
    );
    const [first, again, other] = (await Promise.all(children)).map(withoutTime);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('that is interrupted resumes from its last epoch with bit-identical results, with dropout too', async () => {
    const dropped = {
      ...job,
      recipe: { ...recipe, dropout: { kind: 'standard', rate: 0.5 } as const },
    };
    const straight = withoutTime(await trainLanguageChild(dropped, data));
    const plan = { file: join(folder, 'kept.safetensors'), everyEpochs: 1 };
    const checkpoints = () =>
      checkpointFile(plan, 'a child', (line) => {
        throw new Error(line);
      });
    const killed = trainLanguageChild(
      dropped,
      data,
      {
        onEvent: hearing({
          trialProgress: ({ epoch, step }) => {
            if (epoch === 2 && step === 5) throw new Error('killed');
          },
        }),
      },
      checkpoints(),
    );
    await expect(killed).rejects.toThrow('killed');
    const begun: number[] = [];
    const result = await trainLanguageChild(
      dropped,
      data,
      { onEvent: hearing({ trialRestored: ({ epochs }) => begun.push(epochs.length) }) },
      checkpoints(),
    );
    expect(begun).toEqual([2]);
    expect(withoutTime(result)).toEqual(straight);
  });

  it('stops between epochs when asked to', async () => {
    const { epochs, stopped } = await trainLanguageChild(job, data, { stopRequested: () => true });
    expect([epochs.length, stopped]).toEqual([1, true]);
  });

  it('reports divergence as soon as its loss is not finite', async () => {
    const wild = { ...recipe, learningRate: 100, clipNorm: null, initialRange: 1 };
    const cell = {
      ...nasCell,
      nodes: nasCell.nodes.map(() => ({ combination: 'add', activation: 'identity' }) as const),
    };
    await expect(trainLanguageChild({ ...job, cell, recipe: wild }, data)).rejects.toMatchObject({
      code: 'child.diverged',
    });
  });

  it('is refused without validation text', async () => {
    const empty = { ...data, counts: { train: 600, valid: 0 } };
    await expect(trainLanguageChild(job, empty)).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('trains on a text that is shorter than a batch', async () => {
    const short = { ...data, counts: { train: 3, valid: 2 } };
    const { epochs } = await trainLanguageChild({ ...job, recipe: { ...recipe, epochs: 1 } }, short);
    expect(epochs[0]?.validationPerplexity).toBeGreaterThan(1);
  });
});

describe('evaluating a text with dropout samples', () => {
  const corpus = {
    train: { file: data.trainFile, count: 600 },
    valid: { file: data.validFile, count: 101 },
    startToken: 0,
  };
  const architecture = { cell: nasCell, layers: 1, hidden: 12, vocabulary: 5, sharedEmbeddings: false };
  const measured = async (rate: number, sampleCounts: readonly number[], seed = 0): Promise<number[]> => {
    const dropout = {
      kind: 'variational',
      words: rate,
      between: rate,
      recurrent: rate,
      output: rate,
    } as const;
    const { graph } = languageModel(
      architecture,
      { ...recipe, initialRange: 1, dropout: { ...dropout, samples: 1 } },
      corpus,
      { customOps: hasCustomOps() },
    );
    const session = await openSession(graph);
    session.run('init', { seed: Int32Array.of(1, 1) });
    const losses = sampleCounts.map((samples) => {
      const evaluation = evaluateText(session, 101, { batchSize: 4, steps: 8, samples, seed });
      let step = evaluation.next();
      while (step.done !== true) step = evaluation.next();
      expect(step.value.tokens).toBe(101);
      return step.value.loss;
    });
    session.close();
    return losses;
  };

  it('equals plain evaluation where nothing is dropped', async () => {
    const [plain = NaN, averaged] = await measured(0, [0, 3]);
    expect(averaged).toBeCloseTo(plain, 5);
  });

  it('averages probabilities, not losses: more samples give a lower loss than one does on average', async () => {
    const [plain, ...ones] = (
      await Promise.all([0, 1, 2, 3].map((seed) => measured(0.4, [0, 1, 60], seed)))
    ).map(([without = NaN, one = NaN, many = NaN]) => ({ without, one, many }));
    if (!plain) throw new Error('nothing was measured');
    const mean = ones.reduce((total, { one }) => total + one, 0) / ones.length;
    for (const { many } of ones) expect(many).toBeLessThan(mean);
    expect(new Set([plain, ...ones].map(({ one }) => one)).size).toBe(4);
    expect(new Set([plain, ...ones].map(({ without }) => without)).size).toBe(1);
  });
});
