import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Series } from './figure';
import { csvOf, figureCsv } from './csv';

/** A reader of RFC 4180 that walks the text sign by sign, as other programs do. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let [row, field, quoted]: [string[], string, boolean] = [[], '', false];
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text.charAt(at + 1) === '"') field += text.charAt(++at);
      else quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === ',') [row, field] = [[...row, field], ''];
    else if (sign === '\n') {
      rows.push([...row, field]);
      [row, field] = [[], ''];
    } else if (sign !== '\r') field += sign;
  }
  return rows;
}

const series = (label: string, points: Series['points']): Series => ({
  label,
  kind: 'line',
  colour: () => '#000',
  points,
});
const axes = { title: 'T', x: { label: 'Epoch' }, y: { label: 'Accuracy, %' } };

it('any table is read back unchanged, numbers to the last digit', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\r')),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 })), (rows) => {
      const read = readCsv(csvOf(['a', 'b,"c"', 'd'], rows));
      expect(read[0]).toEqual(['a', 'b,"c"', 'd']);
      expect(read.slice(1)).toEqual(rows.map((row) => row.map(String)));
      for (const [index, row] of rows.entries())
        for (const [column, value] of row.entries())
          // 0 and -0 are equal to any reader of numbers.
          if (typeof value === 'number') expect(Number(read[index + 1]?.[column]) === value).toBe(true);
    }),
  );
});

it('a chart is written as one row per x, with an empty cell where a series has no value', () => {
  const csv = figureCsv({
    ...axes,
    series: [
      series('Child 1', [
        { x: 1, y: 10.123456789012344 },
        { x: 2, y: 20 },
      ]),
      series('Child 2, the best', [
        { x: 2, y: 0.1 + 0.2 },
        { x: 3, y: 1e-9 },
      ]),
    ],
  });
  expect(csv).toBe(
    'Epoch,Child 1,"Child 2, the best"\r\n1,10.123456789012344,\r\n2,20,0.30000000000000004\r\n3,,1e-9\r\n',
  );
});

it('a series with several points at one x has a row for each', () => {
  const csv = figureCsv({
    ...axes,
    series: [
      series('A', [
        { x: 1, y: 5 },
        { x: 1, y: 6 },
      ]),
      series('B', [{ x: 1, y: 7 }]),
    ],
  });
  expect(readCsv(csv)).toEqual([
    ['Epoch', 'A', 'B'],
    ['1', '5', '7'],
    ['1', '6', ''],
  ]);
});
