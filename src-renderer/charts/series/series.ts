import type { EpochRecord } from '../../../src-shared/tasks/data-kinds';
import type { Point } from './reward-series';
import type { Palette } from '../theme';

/** A series of a chart, drawn as a line, as points, or as a band between the `low` and the `y` of its points. */
export interface Series {
  readonly label: string;
  readonly kind: 'line' | 'points' | 'band';
  readonly colour: (palette: Palette) => string;
  readonly points: readonly Point[];
  readonly width?: number;
  /** Lengths of strokes and gaps, or short strokes. */
  readonly dashed?: boolean | readonly number[];
  readonly radius?: number;
  readonly stepped?: boolean;
  readonly cross?: boolean;
  /** A line with a ring at each of its points. */
  readonly marked?: boolean;
}

/** The curves of a child: it is in training, or was chosen. */
export interface ChildCurve {
  readonly trial: number;
  readonly running: boolean;
  readonly epochs: readonly EpochRecord[];
}

/** Lengths of strokes and gaps of a line; none for a solid one. */
export function dashesOf({ dashed }: Pick<Series, 'dashed'>): readonly number[] {
  if (dashed === undefined || dashed === false) return [];
  return dashed === true ? [4, 3] : dashed;
}
