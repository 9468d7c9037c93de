/** A row of one of the paper's tables of results. */
export interface PublishedRow {
  readonly model: string;
  /** Who published it; null for the paper's own rows. */
  readonly source: string | null;
  /** Layers; null where the paper gives none. */
  readonly depth: number | null;
  /** Null where the paper gives none. */
  readonly parameters: number | null;
  /** The paper marks the number of parameters as an estimate. */
  readonly parametersEstimated: boolean;
  /** Error rate in percent, or perplexity, on the test set; lower is better. */
  readonly figure: number;
}

/** A table of results, in the order of the paper. */
export interface PublishedTable {
  readonly number: 1 | 2;
  readonly data: string;
  /** With the unit. */
  readonly measure: string;
  /** Digits behind the point in the paper. */
  readonly decimals: number;
  readonly rows: readonly PublishedRow[];
}
