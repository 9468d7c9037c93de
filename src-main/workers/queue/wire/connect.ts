import { connect as connectSocket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type * as bullmqTypes from 'bullmq';
import type { Redis } from 'ioredis';
import { CellsmithError } from '../../../../src-shared/errors';
import { queueErrorMessage, type QueueAddress } from './address';

/** The part of BullMQ that is used; loaded only when a queue is used. */
type BullMq = Pick<typeof bullmqTypes, 'Queue' | 'Worker'>;

/** A connection to the Redis of a queue. It reconnects by itself after an interruption; commands wait meanwhile. */
export interface QueueConnection {
  readonly redis: Redis;
  readonly bullmq: BullMq;
  readonly address: QueueAddress;
  /** The problem while the queue is unreachable, as a sentence; null while it is connected. */
  readonly away: () => string | null;
  /** A separate connection for blocking commands; it ends with this one. */
  blocking(): Redis;
  /** Calls back when the queue becomes unreachable or reconnects. */
  onChange(listener: () => void): void;
  /** The message of an error of this connection, without passwords. */
  message(error: unknown): string;
  /** Closes it at once; waiting commands are rejected. */
  close(): void;
}

/** Reconnect to a server that is silent for this long, in milliseconds. */
const silence = 20_000;

/**
 * Connects to a queue. Only the first connection can fail: later ones are retried without limit.
 * @param waiting retries the first connection too, while nothing answers at the address; a server that refuses, or is not a queue,
 *   is an error at once
 * @throws CellsmithError 'queue.unreachable' with advice, 'cancelled'
 */
export async function connectQueue(
  address: QueueAddress,
  waiting: WaitForQueue | null = null,
): Promise<QueueConnection> {
  const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
  let connected = false;
  let closed = false;
  let reason: string | null = null;
  let lastError: unknown;
  const others: Redis[] = [];
  const listeners = new Set<() => void>();
  const setReason = (next: string | null): void => {
    if (next === reason || closed) return;
    reason = next;
    for (const listener of listeners) listener();
  };
  // BullMQ's own connections are copies of this one, and end with it.
  const redis = new Redis(
    optionsOf(address, (attempt) => (connected && !closed ? pauseBefore(attempt) : null)),
  );
  // Without a listener an error would end the process. Its consequence arrives as 'close'.
  redis.on('error', (error) => (lastError = error));
  redis.on('close', () => {
    if (connected) setReason(awayMessage(address, lastError));
  });
  redis.on('ready', () => {
    lastError = undefined;
    setReason(null);
  });
  const connect = async (): Promise<void> => {
    lastError = undefined;
    try {
      await redis.connect();
    } catch (error) {
      throw (lastError as Error | undefined) ?? error;
    }
  };
  try {
    if (waiting === null) await connect();
    else await connectWhenReachable(address, connect, waiting, () => redis.disconnect());
  } catch (error) {
    redis.disconnect();
    throw error instanceof CellsmithError ? error : unreachable(address, error);
  }
  connected = true;
  return {
    redis,
    bullmq,
    address,
    blocking: () => {
      const other = redis.duplicate();
      // Problems are reported for the first connection.
      other.on('error', () => undefined);
      if (closed) other.disconnect();
      else others.push(other);
      return other;
    },
    away: () => reason,
    onChange: (listener) => void listeners.add(listener),
    message: (error) => queueErrorMessage(error, address),
    close: () => {
      closed = true;
      for (const one of [redis, ...others]) one.disconnect();
    },
  };
}

function optionsOf(address: QueueAddress, retry: (attempt: number) => number | null) {
  const { host, port, database, username, tls } = address;
  const password = address.password();
  return {
    host,
    port,
    db: database,
    ...(username !== null && { username }),
    ...(password !== null && { password }),
    ...(tls !== null && { tls: tls.ca === null ? {} : { ca: tls.ca } }),
    lazyConnect: true,
    connectTimeout: connectPatience,
    socketTimeout: silence,
    retryStrategy: retry,
    // BullMQ requires it: commands wait until the queue is reachable.
    maxRetriesPerRequest: null,
  };
}

function awayMessage(address: QueueAddress, error: unknown): string {
  const detail = error === undefined ? '' : ` (${queueErrorMessage(error, address)})`;
  return `The queue ${address.shown} cannot be reached${detail}. Reconnecting; nothing is lost meanwhile.`;
}

function unreachable(address: QueueAddress, error: unknown): CellsmithError {
  const message = queueErrorMessage(error, address);
  const advice = adviceFor(message);
  return new CellsmithError(
    'queue.unreachable',
    `The queue ${address.shown} cannot be used: ${message}. ${advice}`.replaceAll('..', '.'),
  );
}

function adviceFor(message: string): string {
  if (/NOAUTH|WRONGPASS|AUTH|NOPERM/i.test(message))
    return 'Give its password in the environment variable CELLSMITH_QUEUE_PASSWORD.';
  if (/certificate|self.signed|altnames|SSL|TLS/i.test(message))
    return 'Name the certificate of its authority with --ca, or check whether it uses TLS at all (rediss://).';
  if (/ECONNRESET|Connection is closed/.test(message))
    return 'Check whether it uses TLS (rediss://), and whether it is Redis or Valkey.';
  return 'Check that Redis or Valkey runs there and that this machine can reach it.';
}

/** Pauses between attempts to connect: doubled each time, between these bounds. Milliseconds. */
const firstPause = 250;
const longestPause = 10_000;
/** Time-out of the first connection, in milliseconds. */
const connectPatience = 10_000;

/** The pause before the n-th attempt (from 1) to reconnect, in milliseconds. */
export function pauseBefore(attempt: number): number {
  return Math.min(longestPause, firstPause * 2 ** Math.min(attempt - 1, 10));
}

/** Waits for a queue that cannot be reached yet. */
interface WaitForQueue {
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Receives a sentence once when the queue cannot be reached, and null when it is connected later. */
  readonly onAway: (message: string | null) => void;
}

/** Errors of a server that is not running, or not yet. */
const notThere = new Set(
  'ECONNREFUSED EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN ENOTFOUND EAI_AGAIN'.split(' '),
);
/** Errors of a server that is not running, is shutting down, or uses another protocol (TLS or not). */
const doubtful = new Set(['ETIMEDOUT', 'ECONNRESET', 'EPIPE']);
/** Silent connections in a row after which a server counts as something other than a queue. */
const mostSilences = 3;

/**
 * Makes the first connection as soon as a server runs.
 * @param connect tries once
 * @param cancel cancels a try in progress
 * @throws CellsmithError 'cancelled'; the error of `connect` when a server runs that cannot be used
 */
async function connectWhenReachable(
  address: QueueAddress,
  connect: () => Promise<void>,
  { signal, onAway }: WaitForQueue,
  cancel: () => void,
): Promise<void> {
  signal.addEventListener('abort', cancel);
  try {
    let silences = 0;
    let reported = false;
    for (let attempt = 1; ; attempt++) {
      try {
        signal.throwIfAborted();
        await connect();
        signal.throwIfAborted();
        if (reported) onAway(null);
        return;
      } catch (error) {
        if (signal.aborted)
          throw new CellsmithError('cancelled', `Waiting for the queue ${address.shown} was cancelled.`);
        const there = await isThere(error, address, signal);
        silences = there === 'perhaps' ? silences + 1 : 0;
        if (there === 'yes' || silences === mostSilences) throw error;
        if (there === 'no' && !reported) onAway(waitingMessage(address, error));
        reported ||= there === 'no';
      }
      await wait(pauseBefore(attempt), undefined, { signal }).catch(() => undefined);
    }
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Whether a failed connection reached a server. */
async function isThere(
  error: unknown,
  address: QueueAddress,
  signal: AbortSignal,
): Promise<'yes' | 'no' | 'perhaps'> {
  // ioredis has no specific error for a connection that was closed silently.
  if (error instanceof Error && error.message === 'Connection is closed.')
    return acceptsConnection(address, signal);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (notThere.has(code)) return 'no';
  return doubtful.has(code) ? acceptsConnection(address, signal) : 'yes';
}

/** Whether a server accepts connections at the address, of any protocol. */
function acceptsConnection({ host, port }: QueueAddress, signal: AbortSignal): Promise<'no' | 'perhaps'> {
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
  return `The queue ${address.shown} cannot be reached (${detail}). Trying again until it can.`;
}
