import type { TrainerReply } from '../protocol';

/** A trainer's line to the process that started it. */
export interface TrainerTransport {
  send(reply: TrainerReply): void;
  onRequest(listener: (message: unknown) => void): void;
  /** The process that started this one is gone. */
  onDisconnect(listener: () => void): void;
}

/** What Electron's utility processes have in `process`. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
}

/**
 * The line of this process: that of Electron's `utilityProcess`, or of Node's `child_process`.
 * @returns null when nothing started this process as a trainer
 */
export function parentTransport(): TrainerTransport | null {
  // Electron's types promise the port in every process; there is one in utility processes alone.
  const { parentPort } = process as unknown as { readonly parentPort?: ParentPort };
  if (parentPort) {
    return {
      send: (reply) => parentPort.postMessage(reply),
      onRequest: (listener) => void parentPort.on('message', ({ data }) => listener(data)),
      // Electron ends its utility processes itself.
      onDisconnect: () => undefined,
    };
  }
  if (process.send === undefined) return null;
  return {
    // A message to a parent that is gone is dropped: `disconnect` follows.
    send: (reply) => void process.send?.(reply, undefined, undefined, () => undefined),
    onRequest: (listener) => void process.on('message', listener),
    onDisconnect: (listener) => void process.on('disconnect', listener),
  };
}
