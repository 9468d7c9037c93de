import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeOwnRows, table1, table2 } from './published-tables';

/** The tables of a slide deck on the paper, cell by cell: fixtures/published-tables.tsv, with the number of the table before each row. */
const transcription = readFileSync(join(import.meta.dirname, 'fixtures', 'published-tables.tsv'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split('\t'));
const rowsOf = (table: string) =>
  transcription.filter(([number]) => number === table).map((cells) => cells.slice(1));

/** '38.6M', '2M [‡]', '-'. */
const parametersOf = (cell = ''): number | null =>
  cell === '-' ? null : Math.round(Number.parseFloat(cell) * 1e6);

describe('the tables of the paper', () => {
  it('have every row of table 1 in its order, with depth, parameters and error rate', () => {
    expect(table1.rows).toHaveLength(23);
    expect(table1.rows.map((row) => [row.depth, row.parameters, row.figure])).toEqual(
      rowsOf('1').map(([, depth, parameters, figure]) => [
        depth === '-' ? null : Number(depth),
        parametersOf(parameters),
        Number(figure),
      ]),
    );
  });

  it('have every row of table 2 in its order, with parameters, whether they are an estimate, and perplexity', () => {
    expect(table2.rows).toHaveLength(22);
    expect(table2.rows.map((row) => [row.parameters, row.parametersEstimated, row.figure])).toEqual(
      rowsOf('2').map(([, parameters, figure]) => [
        parametersOf(parameters),
        parameters?.includes('‡'),
        Number(figure),
      ]),
    );
  });

  it('name every model and its source as the transcription does', () => {
    const letters = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
    for (const [table, { rows }] of [
      ['1', table1],
      ['2', table2],
    ] as const)
      for (const [index, [name = '']] of rowsOf(table).entries()) {
        const row = rows[index];
        const year = /\d{4}[a-c]?/.exec(name)?.[0];
        if (year !== undefined) expect(row?.source).toContain(year);
        // The deck omits the name in rows that continue the model of the row before.
        const first = letters(name.replace(/^.* - /, '')).slice(0, 4);
        if (first !== '' && !name.startsWith('with')) expect(letters(row?.model ?? '')).toContain(first);
      }
  });

  it('have the figures that the paper claims for itself', () => {
    expect(table1.rows.filter(({ source }) => source === null).map(({ figure }) => figure)).toEqual([
      5.5, 6.01, 4.47, 3.65,
    ]);
    expect(table2.rows.filter(({ source }) => source === null).map(({ figure }) => figure)).toEqual([
      67.9, 64, 62.4,
    ]);
  });
});

describe('own results among those of the paper', () => {
  it('are sorted by figure', () => {
    const placed = placeOwnRows(table1, [{ figure: 4 }, { figure: 12 }], 'figure');
    const own = placed.flatMap(({ row, place }, index) =>
      row.kind === 'own' ? [[index, place, row.row.figure]] : [],
    );
    // Better: DenseNet-BC 3.46, NAS v3 with more filters 3.65, DenseNet (100, 24) 3.74.
    expect(own).toEqual([
      [3, 4, 4],
      [24, 25, 12],
    ]);
  });

  it('follow at the end in the order of the paper, with the same places', () => {
    const placed = placeOwnRows(table2, [{ figure: 65 }], 'paper');
    expect(placed.slice(0, -1).map(({ row }) => row.row)).toEqual(table2.rows);
    expect(placed.at(-1)).toMatchObject({ place: 3, row: { kind: 'own' } });
  });

  it('have as many better rows before them as their place says', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1, max: 150, noNaN: true })), (figures) => {
        const placed = placeOwnRows(
          table2,
          figures.map((figure) => ({ figure })),
          'figure',
        );
        const sorted = placed.map(({ row }) => row.row.figure);
        expect(sorted).toEqual(sorted.toSorted((a, b) => a - b));
        for (const { place, row } of placed) expect(sorted.indexOf(row.row.figure)).toBe(place - 1);
      }),
    );
  });
});
