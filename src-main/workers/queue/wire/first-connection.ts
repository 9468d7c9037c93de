import { connect as connectSocket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { CellsmithError } from '../../../../src-shared/errors';
import { queueErrorMessage, type QueueAddress } from './address';

/** Before a connection is tried again: doubled each time, between these. Milliseconds. */
const firstPause = 250;
const longestPause = 10_000;
/** So long is waited for a server that is not there at the beginning. */
export const connectPatience = 10_000;

/** How long to wait before the n-th try (from 1) to connect again, in milliseconds. */
export function pauseBefore(attempt: number): number {
  return Math.min(longestPause, firstPause * 2 ** Math.min(attempt - 1, 10));
}

/** How somebody waits for a queue that cannot be reached yet. */
export interface WaitForQueue {
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Gets a sentence once, when the queue cannot be reached, and null when it can after all. */
  readonly onAway: (message: string | null) => void;
}

/** Errors of a server that is not there, or not yet. */
const notThere = new Set(
  'ECONNREFUSED EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN ENOTFOUND EAI_AGAIN'.split(' '),
);
/** Errors of one that is not there, that ends just now, or that speaks something else, as one with TLS to one without. */
const doubtful = new Set(['ETIMEDOUT', 'ECONNRESET', 'EPIPE']);
/** So often in a row something may take a connection and say nothing before it is held for no queue. */
const mostSilences = 3;

/**
 * Makes the first connection as soon as somebody is there.
 * @param connect tries once
 * @param cancel ends a try that is under way
 * @throws CellsmithError 'cancelled'; what `connect` throws, where somebody is there who cannot be used
 */
export async function connectAtLast(
  address: QueueAddress,
  connect: () => Promise<void>,
  { signal, onAway }: WaitForQueue,
  cancel: () => void,
): Promise<void> {
  signal.addEventListener('abort', cancel);
  try {
    let silences = 0;
    let said = false;
    for (let attempt = 1; ; attempt++) {
      try {
        signal.throwIfAborted();
        await connect();
        signal.throwIfAborted();
        if (said) onAway(null);
        return;
      } catch (error) {
        if (signal.aborted)
          throw new CellsmithError('cancelled', `Waiting for the queue ${address.shown} was cancelled.`);
        const there = await isThere(error, address, signal);
        silences = there === 'perhaps' ? silences + 1 : 0;
        if (there === 'yes' || silences === mostSilences) throw error;
        if (there === 'no' && !said) onAway(waitingMessage(address, error));
        said ||= there === 'no';
      }
      await wait(pauseBefore(attempt), undefined, { signal }).catch(() => undefined);
    }
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Whether somebody was there who made a connection fail. */
async function isThere(
  error: unknown,
  address: QueueAddress,
  signal: AbortSignal,
): Promise<'yes' | 'no' | 'perhaps'> {
  // ioredis has no error for a connection that was closed without a word.
  if (error instanceof Error && error.message === 'Connection is closed.') return takenOrNot(address, signal);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (notThere.has(code)) return 'no';
  return doubtful.has(code) ? takenOrNot(address, signal) : 'yes';
}

/** Whether something takes a connection at the address, whatever it speaks. */
function takenOrNot({ host, port }: QueueAddress, signal: AbortSignal): Promise<'no' | 'perhaps'> {
  return new Promise((resolve) => {
    const socket = connectSocket({ host, port, signal, timeout: connectPatience });
    const end = (answer: 'no' | 'perhaps'): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end('perhaps'));
    socket.once('timeout', () => end('no'));
    socket.once('error', () => end('no'));
  });
}

function waitingMessage(address: QueueAddress, error: unknown): string {
  const detail = queueErrorMessage(error, address);
  return `The queue ${address.shown} cannot be reached (${detail}). It is tried again until it can be.`;
}
