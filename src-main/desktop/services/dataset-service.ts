import type { DatasetDescription } from '../../../src-shared/tasks/data-kinds';
import type { DatasetProgress } from '../../../src-shared/dataset/progress';
import type { Reading } from '../../../src-shared/ipc/problem-states';
import type { ReaderProcesses } from './reader-process';

/** Describes data sets for the window, one at a time. */
export interface DatasetService {
  /** Joins a description of the same path that is under way; ends one of another. @throws CellsmithError data.*, cancelled */
  describe(path: string): Promise<DatasetDescription>;
  cancel(): void;
}

export function readingOf({ stage, done, total, millisecondsLeft }: DatasetProgress): Reading {
  return { stage, done, total, millisecondsLeft };
}

export function datasetService(
  describe: ReaderProcesses['describe'],
  onReading: (path: string, reading: Reading) => void,
): DatasetService {
  let current: { path: string; abort: AbortController; result: Promise<DatasetDescription> } | null = null;
  return {
    describe: (path) => {
      if (current?.path === path) return current.result;
      current?.abort.abort();
      const abort = new AbortController();
      const result = describe(path, {
        signal: abort.signal,
        onProgress: (progress) => onReading(path, readingOf(progress)),
      }).finally(() => {
        if (current?.abort === abort) current = null;
      });
      current = { path, abort, result };
      return result;
    },
    cancel: () => current?.abort.abort(),
  };
}
