import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leafOrder } from '../../src-main/children/language/cell-form';
import type { LanguageArchitecture } from '../../src-shared/architecture/cell/language-model';
import { Generator } from '../../src-shared/random';
import type { LanguageBenchChild } from './language-children';
import { readWeights, writeWeights, type InitialWeight } from './weights';

/** The numbers of the training recipe that a step needs (Zaremba et al., 2014, the medium LSTM). */
interface LanguageStepRecipe {
  readonly learningRate: number;
  readonly clipNorm: number;
}

/** What is written to the folder that every contestant gets; bench/contestants/peers/language_workload.py says how it is read. */
export interface LanguageWorkload {
  readonly architecture: LanguageArchitecture;
  /** The leaves of a tree in the order of their blocks in the weights; empty for other cells. */
  readonly order: readonly number[];
  readonly batch: number;
  readonly unrolled: number;
  readonly recipe: LanguageStepRecipe;
  /** Input before the first token. */
  readonly startToken: number;
  /** As many as `windows` windows have. */
  readonly tokens: Int32Array;
  readonly weights: readonly InitialWeight[];
}

/** The same workload for everybody: a text and uniform weights, drawn from seeds. */
export function makeLanguageWorkload(child: LanguageBenchChild, windows: number): LanguageWorkload {
  const { architecture, batch, unrolled } = child;
  const { cell, vocabulary } = architecture;
  return {
    architecture,
    order: cell.kind === 'cell' ? leafOrder(cell) : [],
    batch,
    unrolled,
    recipe: { learningRate: 1, clipNorm: 5 },
    startToken: 0,
    tokens: drawText(vocabulary, batch * unrolled * windows),
    weights: initialWeights(architecture),
  };
}

/** Writes the folder of a workload. */
export function writeLanguageWorkload(folder: string, workload: LanguageWorkload): void {
  const { tokens, weights, ...description } = workload;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tokens.bin'), new Uint8Array(tokens.buffer));
  const listed = writeWeights(folder, weights);
  writeFileSync(join(folder, 'workload.json'), JSON.stringify({ ...description, weights: listed }));
}

/** Reads a folder that `writeLanguageWorkload` wrote. */
export function readLanguageWorkload(folder: string): LanguageWorkload {
  const described = JSON.parse(readFileSync(join(folder, 'workload.json'), 'utf8')) as Omit<
    LanguageWorkload,
    'tokens'
  >;
  const tokens = new Uint8Array(readFileSync(join(folder, 'tokens.bin')));
  return {
    ...described,
    tokens: new Int32Array(tokens.buffer),
    weights: readWeights(folder, described.weights),
  };
}

/** Words as frequent as Zipf's law has it; half of them follow from the word before, so that there is something to learn. */
function drawText(vocabulary: number, count: number): Int32Array {
  const generator = Generator.seeded(1, 'bench/text');
  const text = new Int32Array(count);
  for (let i = 1; i < count; i++) {
    const drawn = Math.floor((vocabulary + 1) ** generator.uniform()) - 1;
    text[i] = generator.uniform() < 0.5 ? drawn : (7 * (text[i - 1] ?? 0) + 1) % vocabulary;
  }
  return text;
}

/** Uniform in ±0.05; biases 0. */
function initialWeights({ cell, layers, hidden, vocabulary }: LanguageArchitecture): InitialWeight[] {
  const generator = Generator.seeded(1, 'bench/language weights');
  const uniform = (name: string, shape: readonly number[]): InitialWeight => ({
    name,
    shape,
    values: Float32Array.from(
      { length: shape.reduce((product, dimension) => product * dimension, 1) },
      () => 0.1 * generator.uniform() - 0.05,
    ),
  });
  const zeros = (name: string, size: number): InitialWeight => ({
    name,
    shape: [size],
    values: new Float32Array(size),
  });
  const columns = (cell.kind === 'cell' ? cell.base : 4) * hidden;
  return [
    uniform('embedding/table', [vocabulary, hidden]),
    ...Array.from({ length: layers }, (_, layer) => [
      uniform(`layer${layer}/input`, [hidden, columns]),
      uniform(`layer${layer}/hidden`, [hidden, columns]),
      ...(cell.kind === 'cell' ? [] : [zeros(`layer${layer}/bias`, columns)]),
    ]).flat(),
    uniform('softmax/kernel', [hidden, vocabulary]),
    zeros('softmax/bias', vocabulary),
  ];
}
