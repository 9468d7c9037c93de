import type { Figure } from './figure';

/** What a cell of a table may hold; null is an empty one. */
export type Cell = string | number | null;

/** A table as RFC 4180 has it. Numbers are written so that reading them gives the very same ones. */
export function csvOf(head: readonly string[], rows: Iterable<readonly Cell[]>): string {
  return [head, ...rows].map((row) => row.map(cellText).join(',') + '\r\n').join('');
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The numbers of a chart: a column for x and one for each series, two for a band; a row for each x, and more where a series has
 * several points there.
 */
export function figureCsv({ x, series }: Figure): string {
  const columns = series.flatMap(({ kind, label, points }) => {
    const values = points.map((point) => ({ x: point.x, y: point.y }));
    if (kind !== 'band') return [{ label, values }];
    const lows = points.map((point) => ({ x: point.x, y: point.low ?? point.y }));
    return [
      { label: `${label}, lowest`, values: lows },
      { label: `${label}, highest`, values },
    ];
  });
  const rows = new Map<number, Cell[][]>();
  for (const [column, { values }] of columns.entries())
    for (const value of values) {
      const there = rows.get(value.x) ?? [];
      rows.set(value.x, there);
      let row = there.find((candidate) => candidate[column + 1] === null);
      if (row === undefined) there.push((row = [value.x, ...columns.map(() => null)]));
      row[column + 1] = value.y;
    }
  return csvOf(
    [x.label, ...columns.map(({ label }) => label)],
    [...rows].sort(([a], [b]) => a - b).flatMap(([, there]) => there),
  );
}
