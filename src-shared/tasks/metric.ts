/** What children are compared by on their validation data: an accuracy, a perplexity. Entries of the registry of data kinds. */
export interface Metric {
  /** As summaries of runs store it. */
  readonly id: string;
  /** As it is written at an axis or above a column. */
  readonly name: string;
  readonly unit: string | null;
  /** Head of a column of differences, with their unit. */
  readonly difference: string;
  readonly better: 'higher' | 'lower';
  /** Digits after the decimal point of a shown number. */
  readonly digits: number;
  /** The same at the ticks of an axis. */
  tickDigits(shown: number): number;
  /** The number that is shown for a stored one: percent for a share, bits for a perplexity. */
  shown(stored: number): number;
}

/** At the ticks of an axis: one digit after the decimal point below 10, none from there on. */
export function fewDigits(shown: number): number {
  return shown < 10 ? 1 : 0;
}
