import type { ImageDatasetDescription } from '../../../src-shared/dataset/image-description';
import type { Arrangement } from './arrange';
import type { RecordTable } from './record-table';

const maximumExamples = 20;
const namesPerExample = 5;

/** Finds images that are equal pixel by pixel. @param name what to call the image of a row */
export function findDuplicates(
  table: RecordTable,
  arrangement: Arrangement,
  name: (row: number) => string,
): ImageDatasetDescription['duplicates'] {
  const isTest = new Uint8Array(table.count);
  for (const row of arrangement.test) isTest[row] = 1;
  const found = {
    withinTrain: 0,
    withinTest: 0,
    acrossSplits: 0,
    conflictingLabels: 0,
    examples: [] as string[][],
  };
  const { all } = arrangement;
  for (let from = 0; from < all.length;) {
    const first = all[from] ?? 0;
    let to = from + 1;
    while (to < all.length && table.sameDigest(first, all[to] ?? 0)) to += 1;
    const rows = all.subarray(from, to);
    from = to;
    if (rows.length === 1) continue;
    const test = rows.reduce((sum, row) => sum + (isTest[row] ?? 0), 0);
    const train = rows.length - test;
    found.withinTrain += Math.max(0, train - 1);
    found.withinTest += Math.max(0, test - 1);
    if (train > 0) found.acrossSplits += test;
    found.conflictingLabels += rows.filter((row) => table.label(row) !== table.label(first)).length;
    if (found.examples.length < maximumExamples) {
      found.examples.push(Array.from(rows.subarray(0, namesPerExample), name));
    }
  }
  return found;
}
