import type { SearchConfig } from '../../../src-shared/config/search-config';
import type { DatasetProgress } from '../../../src-shared/tasks/data-kind';
import type { BudgetUsed } from '../../../src-shared/run/progress';
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

/** Shows the progress of a search on a terminal. */
export interface SearchView extends PreparingView {
  /** The search starts: its description, and its state so far. */
  begin(search: SearchOverview): void;
  event(event: RunEvent): void;
  /** A notice for the user. */
  note(text: string): void;
}

/** What a view needs besides the events of a search. */
export interface SearchOverview {
  readonly config: SearchConfig;
  /** The state after earlier sessions. */
  readonly earlier: RunState;
  /** Budget used so far. */
  readonly used: () => BudgetUsed;
  /** Epochs of the recipe of a child. */
  readonly epochsOf: (trial: number) => number;
}
