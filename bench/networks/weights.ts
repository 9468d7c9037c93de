import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A weight that all contestants start from. */
export interface InitialWeight {
  /** As the product's variables are named. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

type DescribedWeight = Omit<InitialWeight, 'values'>;

/** Writes weights one after the other into the folder's weights.bin; gives back what the description has to say of them. */
export function writeWeights(folder: string, weights: readonly InitialWeight[]): readonly DescribedWeight[] {
  writeFileSync(
    join(folder, 'weights.bin'),
    Buffer.concat(weights.map(({ values }) => new Uint8Array(values.buffer))),
  );
  return weights.map(({ name, shape }) => ({ name, shape }));
}

/** Reads what `writeWeights` wrote. */
export function readWeights(folder: string, described: readonly DescribedWeight[]): InitialWeight[] {
  const bytes = new Uint8Array(readFileSync(join(folder, 'weights.bin')));
  const values = new Float32Array(bytes.buffer);
  let start = 0;
  return described.map(({ name, shape }) => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    const weight = { name, shape, values: values.slice(start, start + size) };
    start += size;
    return weight;
  });
}
