import type { Figure } from '../figure';

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

/** The numbers of a chart: a column for x and one for each series, a row for each x; more where a series has several points there. */
export function figureCsv({ x, series }: Figure): string {
  const rows = new Map<number, Cell[][]>();
  for (const [column, { points }] of series.entries())
    for (const point of points) {
      const there = rows.get(point.x) ?? [];
      rows.set(point.x, there);
      let row = there.find((candidate) => candidate[column + 1] === null);
      if (row === undefined) there.push((row = [point.x, ...series.map(() => null)]));
      row[column + 1] = point.y;
    }
  return csvOf(
    [x.label, ...series.map(({ label }) => label)],
    [...rows].sort(([a], [b]) => a - b).flatMap(([, there]) => there),
  );
}
