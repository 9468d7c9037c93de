import { requireValidationCount } from '../../src-shared/tasks/images/validation-split';
import { Generator } from '../../src-shared/random';

/** Two parts of the records 0 … n − 1: disjoint, together all, each ascending. */
export interface Split {
  readonly kept: Int32Array;
  readonly drawn: Int32Array;
}

/**
 * Draws records at random so that every class gives its share: the shares are the proportional ones, rounded by largest
 * remainder. The same labels, size and seed give the same records.
 * @param stream names the generator's sequence: draws for different purposes are independent
 */
export function drawStratified(
  labels: ArrayLike<number>,
  classes: number,
  size: number,
  seed: number,
  stream: string,
): Split {
  const members: number[][] = Array.from({ length: classes }, () => []);
  for (let i = 0; i < labels.length; i++) members[labels[i] ?? 0]?.push(i);
  const shares = members.map((own) => (own.length * size) / labels.length);
  const quotas = shares.map(Math.floor);
  const remainders = shares.map((share, label) => ({ label, rest: share - Math.floor(share) }));
  remainders.sort((a, b) => b.rest - a.rest || a.label - b.label);
  let left = size - quotas.reduce((sum, quota) => sum + quota, 0);
  for (const { label } of remainders) {
    if (left === 0) break;
    quotas[label] = (quotas[label] ?? 0) + 1;
    left -= 1;
  }

  const generator = Generator.seeded(seed, stream);
  const isDrawn = new Uint8Array(labels.length);
  members.forEach((own, label) => {
    generator.shuffle(own);
    for (const index of own.slice(0, quotas[label])) isDrawn[index] = 1;
  });
  const kept = new Int32Array(labels.length - size);
  const drawn = new Int32Array(size);
  let k = 0;
  let d = 0;
  for (let i = 0; i < labels.length; i++) {
    if (isDrawn[i] === 1) drawn[d++] = i;
    else kept[k++] = i;
  }
  return { kept, drawn };
}

/**
 * How many training records are set aside for validation: a number of records (an integer from 1), a fraction of them
 * (between 0 and 1), or 0 for none (the final training on everything).
 */
export type ValidationSize = number;

/**
 * Splits training records into those to train on and those that give the reward (paper section 4.1: 5,000 of 50,000, at
 * random); here stratified, and fixed by the seed.
 * @param labels int32 [count]
 * @throws CellsmithError config.invalid when nothing would be left to train on
 */
export function splitTrainValidation(
  labels: Int32Array,
  options: { readonly validationSize: ValidationSize; readonly seed: number },
): { readonly trainIndices: Int32Array; readonly validationIndices: Int32Array } {
  const { validationSize, seed } = options;
  const asked = requireValidationCount(validationSize, labels.length);
  const classes = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const { kept, drawn } = drawStratified(labels, classes, asked, seed, 'validation');
  return { trainIndices: kept, validationIndices: drawn };
}
