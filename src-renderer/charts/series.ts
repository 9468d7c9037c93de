import type { EpochRecord } from '../../src-shared/run/trial';
import type { Point } from './reward-series';
import type { Palette } from './theme';

/** A series of a chart, drawn as a line or as points. */
export interface Series {
  readonly label: string;
  readonly kind: 'line' | 'points';
  readonly colour: (palette: Palette) => string;
  readonly points: readonly Point[];
  readonly width?: number;
  readonly dashed?: boolean;
  readonly radius?: number;
  readonly stepped?: boolean;
  readonly cross?: boolean;
}

/** The curves of a child: it is in training, or was chosen. */
export interface ChildCurve {
  readonly trial: number;
  readonly running: boolean;
  readonly epochs: readonly EpochRecord[];
}
