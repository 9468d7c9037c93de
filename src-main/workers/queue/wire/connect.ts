import type * as bullmqTypes from 'bullmq';
import type { Redis } from 'ioredis';
import { CellsmithError } from '../../../../src-shared/errors';
import { queueErrorMessage, type QueueAddress } from './address';
import { connectAtLast, connectPatience, pauseBefore, type WaitForQueue } from './first-connection';

/** What of BullMQ is used. It is loaded when a queue is used and not before. */
export type BullMq = Pick<typeof bullmqTypes, 'Queue' | 'Worker'>;

/** A connection to the Redis of a queue. It comes back by itself after an interruption; commands wait meanwhile. */
export interface QueueConnection {
  readonly redis: Redis;
  readonly bullmq: BullMq;
  readonly address: QueueAddress;
  /** What is wrong while the queue is away, as a sentence; null while it is there. */
  readonly away: () => string | null;
  /** A connection of its own for commands that block; it ends with this one. */
  blocking(): Redis;
  /** Calls back when the queue goes away or comes back. */
  onChange(listener: () => void): void;
  /** What an error of this connection says, without passwords. */
  message(error: unknown): string;
  /** Ends it at once; commands that wait are refused. */
  close(): void;
}

/** A server that does not answer for so long is given up, and connected to again. */
const silence = 20_000;
/**
 * Connects to a queue. Only the first connection fails: once there was one, it is tried again for as long as it takes.
 * @param waiting has the first connection tried as long too, where nobody answers at the address; who answers and refuses, or is no queue,
 *   ends it at once
 * @throws CellsmithError 'queue.unreachable' with what to do about it, 'cancelled'
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
  // Without a listener an error would end the process. What follows from it is told by 'close'.
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
    else await connectAtLast(address, connect, waiting, () => redis.disconnect());
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
      // What is wrong is said of the first connection.
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
    // BullMQ wants it so: commands wait until the queue is back.
    maxRetriesPerRequest: null,
  };
}

function awayMessage(address: QueueAddress, error: unknown): string {
  const detail = error === undefined ? '' : ` (${queueErrorMessage(error, address)})`;
  return `The queue ${address.shown} is away${detail}. It is tried again until it is back; nothing is lost meanwhile.`;
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
    return 'Name the certificate of its authority with --ca, or see whether it speaks TLS at all (rediss://).';
  if (/ECONNRESET|Connection is closed/.test(message))
    return 'See whether it speaks TLS (rediss://) or is something else than Redis or Valkey.';
  return 'See that Redis or Valkey runs there and that this machine may reach it.';
}
