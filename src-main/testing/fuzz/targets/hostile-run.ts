import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packTrials, unpackTrials } from '../../../../src-shared/ipc/run-detail';
import { databaseFile, openRun, openRunReadOnly, type OpenRun } from '../../../runs/run-folder';
import { summariseRun } from '../../../runs/summarise-run';
import { readBatchOf, readOpenBatches, readProbabilities, readUpdates } from '../../../runs/tables/batches';
import { readEpochs } from '../../../runs/tables/epochs';
import { readRunEvents } from '../../../runs/tables/events';
import { readSessions } from '../../../runs/tables/sessions';
import { readLastTrained, readListedTrials, readRewards, readTrials } from '../../../runs/tables/trials';
import { modelMaker } from '../../../../src-shared/tasks/searched';
import { tasks } from '../../../../src-shared/tasks/tasks';
import { runSearch } from '../../../search/search';
import { newRun, searchOf } from '../../search-fixture';
import type { FuzzPlaces } from '../fuzz';

/** A small run that was stopped with an open batch, and a folder into which it is copied for each input. */
export interface HostileRun {
  readonly folder: string;
  /** Of run.json, and of run.sqlite. */
  readonly manifest: string;
  readonly database: Uint8Array;
  /** Restores the run. */
  readonly restore: () => void;
}

export async function hostileRun({ inside }: FuzzPlaces): Promise<HostileRun> {
  const run = newRun(inside, { budget: { children: 12, hours: null, multiplyAdds: null } });
  const { parts, now } = searchOf(run);
  let ended = 0;
  await runSearch({
    ...parts,
    listener: ({ type }) => {
      if (type === 'trialCompleted' && ++ended === 6) now.abort();
    },
  });
  run.close();
  const folder = join(inside, 'copy');
  return {
    folder,
    manifest: readFileSync(join(run.folder, 'run.json'), 'utf8'),
    database: readFileSync(databaseFile(run.folder)),
    restore: () => {
      rmSync(folder, { recursive: true, force: true });
      cpSync(run.folder, folder, { recursive: true });
    },
  };
}

/** Reads everything that the program reads of an opened run. */
export function readWhole(folder: string): void {
  const run = openRunReadOnly(folder);
  try {
    readAll(run);
  } finally {
    run.close();
  }
}

function readAll(run: OpenRun): void {
  const { database, manifest } = run;
  summariseRun(run);
  unpackTrials(packTrials(readListedTrials(database)));
  readRewards(database);
  readSessions(database);
  readOpenBatches(database);
  readLastTrained(database, 3);
  readRunEvents(database, { id: manifest.id, folder: run.folder }, 0, 100);
  for (const { number } of readUpdates(database).slice(0, 2)) readProbabilities(database, number);
  for (const trial of readTrials(database).slice(0, 3)) {
    readEpochs(database, trial.number);
    readBatchOf(database, trial.number);
    const { config, dataset } = manifest;
    const model = modelMaker(config, dataset.description)(trial.depth, trial.decisions);
    tasks.of(model.kind).table(model.architecture, model.task);
  }
}

/** Resumes the search of a run to its end, with synthetic children. */
export async function resumeSearch(folder: string): Promise<void> {
  const run = openRun(folder);
  try {
    // A hostile configuration may have an endless budget.
    const { parts, now } = searchOf(run);
    let events = 0;
    await runSearch({
      ...parts,
      listener: () => {
        if (++events === 500) now.abort();
      },
    });
  } finally {
    run.close();
  }
}
