import type { SearchConfig } from '../search-config';

/** A configuration to start from. */
export interface Preset {
  readonly title: string;
  /** What it searches and how long that takes. */
  readonly summary: string;
  /** What the source leaves open, or what differs from it. */
  readonly note: string;
  readonly config: SearchConfig;
}
