import { basename } from 'node:path';
import type { SearchConfig } from '../../src-shared/config/search-config';
import type { Trial } from '../../src-shared/run/trial';
import { lockHolder } from '../runs/lock';
import type { OpenRun } from '../runs/run-folder';
import { activeTime, readSessions, type Session } from '../runs/tables/sessions';
import { countTrials, readBestTrials } from '../runs/tables/trials';

/** How a run stands. 'interrupted': its process was killed. */
export type RunState = 'new' | 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';

/** What a list says of a run. Times are milliseconds. */
export interface RunSummary {
  /** Name of its folder. */
  readonly run: string;
  readonly folder: string;
  readonly name: string;
  readonly preset: string;
  readonly strategy: string;
  readonly state: RunState;
  /** Why it failed, if it did. */
  readonly message: string | null;
  readonly children: { readonly ended: number; readonly failed: number; readonly reused: number };
  readonly budget: SearchConfig['budget'];
  readonly best: Pick<Trial, 'number' | 'validationAccuracy' | 'reward'> | null;
  readonly createdAt: number;
  /** How long its search has been running, over all sessions but one that runs now. */
  readonly activeFor: number;
}

export function summariseRun(run: OpenRun): RunSummary {
  const { folder, manifest, database } = run;
  const { config } = manifest;
  const counts = countTrials(database);
  const sessions = readSessions(database);
  const last = sessions.at(-1);
  const [best] = readBestTrials(database, 1);
  const running = lockHolder(folder) !== undefined;
  return {
    run: basename(folder),
    folder,
    name: config.name,
    preset: config.preset,
    strategy: config.controller.strategy,
    state: running ? 'running' : stateOf(last),
    message: running ? null : (last?.message ?? null),
    children: {
      ended: counts.completed + counts.failed + counts.reused,
      failed: counts.failed,
      reused: counts.reused,
    },
    budget: config.budget,
    best:
      best === undefined
        ? null
        : { number: best.number, validationAccuracy: best.validationAccuracy, reward: best.reward },
    createdAt: manifest.createdAt,
    activeFor: activeTime(database, running ? sessions.length : sessions.length + 1),
  };
}

function stateOf(last: Session | undefined): RunState {
  if (last === undefined) return 'new';
  return last.outcome ?? 'interrupted';
}
