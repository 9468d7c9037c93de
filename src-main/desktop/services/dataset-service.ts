import { utilityProcess } from 'electron';
import type { DatasetDescription, DataNeed } from '../../../src-shared/tasks/data-kinds';
import type { DatasetProgress } from '../../../src-shared/tasks/data-kind';
import type { Reading } from '../../../src-shared/ipc/states';
import { CellsmithError, type ErrorCode } from '../../../src-shared/errors';
import type { ExampleImage } from '../../datasets/examples';
import type { OpenOptions, PreparedData } from '../../datasets/open';
import { readerReplySchema, type ReaderReply, type ReaderRequest } from '../../datasets/reader-protocol';

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

/** Reads each data set in a separate process. */
export interface ReaderProcesses {
  readonly describe: (path: string, options: OpenOptions) => Promise<DatasetDescription>;
  readonly examples: (path: string, options: OpenOptions) => Promise<ExampleImage[]>;
  readonly prepare: (need: DataNeed, path: string, options: OpenOptions) => Promise<PreparedData>;
}

/** A process that is cancelled may tidy up for so long; milliseconds. */
const grace = 5000;

/** @param entry absolute path of the built reader, reader.js */
export function readerProcesses(entry: string): ReaderProcesses {
  return {
    describe: async (path, options) => {
      const reply = await read(entry, { type: 'describe', path }, options);
      if (reply.type === 'described') return reply.description;
      throw unexpected(reply);
    },
    examples: async (path, options) => {
      const reply = await read(entry, { type: 'examples', path }, options);
      if (reply.type === 'examples') return reply.examples;
      throw unexpected(reply);
    },
    prepare: async (need, path, options) => {
      const reply = await read(entry, { type: 'prepare', path, need }, options);
      if (reply.type === 'prepared')
        return { description: reply.description, trainFolder: reply.trainFolder };
      throw unexpected(reply);
    },
  };
}

type Result = Exclude<ReaderReply, { type: 'progress' | 'failed' }>;

function read(entry: string, job: ReaderRequest, { signal, onProgress }: OpenOptions): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = utilityProcess.fork(entry, [], { serviceName: 'Cellsmith reader', stdio: 'inherit' });
    let patience: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      child.postMessage({ type: 'cancel' } satisfies ReaderRequest);
      patience = setTimeout(() => child.kill(), grace);
    };
    child.once('spawn', () => {
      child.postMessage(job);
      if (signal?.aborted) cancel();
      else signal?.addEventListener('abort', cancel);
    });
    child.on('message', (message: unknown) => {
      const reply = readerReplySchema.safeParse(message);
      if (!reply.success) reject(new CellsmithError('internal', reply.error.message));
      else if (reply.data.type === 'progress') {
        const { stage, unit, done, total, millisecondsLeft } = reply.data;
        onProgress?.({ stage, unit, done, total, millisecondsLeft });
        return;
      } else if (reply.data.type === 'failed')
        reject(new CellsmithError(reply.data.code as ErrorCode, reply.data.message));
      else resolve(reply.data);
      child.kill();
    });
    child.once('exit', (code) => {
      clearTimeout(patience);
      signal?.removeEventListener('abort', cancel);
      // Nothing happens when it has answered before.
      reject(
        signal?.aborted
          ? new CellsmithError('cancelled', 'Reading was cancelled.')
          : new CellsmithError(
              'data.not-readable',
              `The process that reads the data set ended unexpectedly (${code}). Open the data set again.`,
            ),
      );
    });
  });
}

function unexpected(reply: Result): CellsmithError {
  return new CellsmithError('internal', `A data set was ${reply.type}, which was not requested.`);
}
