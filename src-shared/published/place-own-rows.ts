import type { PublishedRow, PublishedTable } from './published-table';

/** A result of the user in a table of the paper. */
export interface OwnRow {
  readonly figure: number;
}

/** A row of the table with the user's own: one of the paper or an own one, and its place by figure. */
export interface PlacedRow<Own extends OwnRow> {
  /** From 1, the best first; equal figures share a place. */
  readonly place: number;
  readonly row:
    { readonly kind: 'published'; readonly row: PublishedRow } | { readonly kind: 'own'; readonly row: Own };
}

/**
 * Own results among those of the paper. Sorted by figure, best first; ties go to the published one;
 * in the order of the paper own ones follow at the end.
 */
export function placeOwnRows<Own extends OwnRow>(
  { rows }: Pick<PublishedTable, 'rows'>,
  own: readonly Own[],
  order: 'figure' | 'paper',
): PlacedRow<Own>[] {
  const all: PlacedRow<Own>['row'][] = [
    ...rows.map((row) => ({ kind: 'published' as const, row })),
    ...own.toSorted((a, b) => a.figure - b.figure).map((row) => ({ kind: 'own' as const, row })),
  ];
  const figures = all.map(({ row }) => row.figure);
  const placed = all.map((row) => ({
    place: 1 + figures.filter((figure) => figure < row.row.figure).length,
    row,
  }));
  return order === 'paper' ? placed : placed.sort((a, b) => a.place - b.place);
}
