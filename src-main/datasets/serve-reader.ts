import { CellsmithError, errorMessage } from '../../src-shared/errors';
import { readExamples } from './examples';
import { describeDataset, prepareFor } from './prepare';
import { readerRequestSchema, type ReaderReply, type ReaderRequest } from './reader-protocol';

/** The channel of a reader process to its parent. */
export interface ReaderLine {
  readonly send: (reply: ReaderReply) => void;
  readonly onRequest: (listener: (message: unknown) => void) => void;
}

/** Serves the jobs from a channel; the parent ends the process. */
export function serveReader({ send, onRequest }: ReaderLine): void {
  const cancelled = new AbortController();
  onRequest((message) => {
    const request = readerRequestSchema.safeParse(message);
    if (!request.success) send({ type: 'failed', code: 'internal', message: request.error.message });
    else if (request.data.type === 'cancel') cancelled.abort();
    else void work(request.data, cancelled.signal, send).then(send);
  });
}

async function work(
  job: Exclude<ReaderRequest, { type: 'cancel' }>,
  signal: AbortSignal,
  send: (reply: ReaderReply) => void,
): Promise<ReaderReply> {
  const options = {
    signal,
    onProgress: (progress: Omit<Extract<ReaderReply, { type: 'progress' }>, 'type'>) => {
      const { stage, unit, done, total, millisecondsLeft } = progress;
      send({ type: 'progress', stage, unit, done, total, millisecondsLeft });
    },
  };
  try {
    if (job.type === 'describe')
      return { type: 'described', description: await describeDataset(job.path, options) };
    if (job.type === 'examples') return { type: 'examples', examples: await readExamples(job.path, options) };
    const { description, trainFolder } = await prepareFor(job.need, job.path, options);
    return { type: 'prepared', description, trainFolder };
  } catch (error) {
    const code = error instanceof CellsmithError ? error.code : 'internal';
    return { type: 'failed', code, message: errorMessage(error) };
  }
}
