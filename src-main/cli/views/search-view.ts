import type { SearchConfig } from '../../../src-shared/config/search-config';
import type { DatasetProgress } from '../../../src-shared/dataset/progress';
import type { BudgetUsed } from '../../../src-shared/run/progress/progress';
import type { RunEvent } from '../../../src-shared/run/run-event';
import type { RunState } from '../../../src-shared/run/run-state';
import type { ProvisioningProgress } from '../../engine/provision/progress';

/** Shows the preparation of a search on a terminal. */
export interface PreparingView {
  dataset(progress: DatasetProgress): void;
  engine(progress: ProvisioningProgress): void;
  /** Ends drawing, so that others may write. May be called twice. */
  close(): void;
}

/** How a terminal shows what a search is doing. */
export interface SearchView extends PreparingView {
  /** The search starts: its description, and its state so far. */
  begin(search: SearchOverview): void;
  event(event: RunEvent): void;
  /** Something else to tell the user. */
  note(text: string): void;
}

/** What a view must know of a search besides its events. */
export interface SearchOverview {
  readonly config: SearchConfig;
  /** The state that earlier sessions have left. */
  readonly earlier: RunState;
  /** Budget used so far. */
  readonly used: () => BudgetUsed;
}
