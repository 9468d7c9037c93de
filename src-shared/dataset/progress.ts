/** Progress of reading a data set. */
export interface DatasetProgress {
  /** `listing` names the files, `reading` decodes them, `arranging` writes the cache, `checking` compares it with its hashes. */
  readonly stage: 'listing' | 'reading' | 'arranging' | 'checking';
  readonly unit: 'files' | 'images' | 'bytes';
  readonly done: number;
  /** Null while it is not known. */
  readonly total: number | null;
  /** Estimated from the speed so far; null while there is nothing to estimate from. */
  readonly millisecondsLeft: number | null;
}
