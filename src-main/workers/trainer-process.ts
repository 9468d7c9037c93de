import { fork } from 'node:child_process';
import type { TrainerRequest } from './protocol';

/** How a process ended: by itself with a code, or by a signal. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * A trainer process as its parent sees it, by Node's `child_process` or Electron's `utilityProcess`.
 * Each listener may be set once; earlier messages are kept for it.
 */
export interface TrainerProcess {
  send(request: TrainerRequest): void;
  /** SIGTERM asks, SIGKILL does not. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Output to its standard streams. */
  onOutput(listener: (text: string) => void): void;
  /** Called once, after all output; also when the process could not be started. */
  onExit(listener: (exit: ProcessExit) => void): void;
}

/** Starts a trainer process with additional environment variables. */
export type SpawnTrainer = (environment: Readonly<Record<string, string>>) => TrainerProcess;

/**
 * Starts trainers as Node processes.
 * @param entry absolute path of the built trainer, trainer.js
 */
export function forkTrainer(entry: string): SpawnTrainer {
  return (environment) => {
    // Options of this process, such as an inspector's port, are not the trainer's.
    const inherited = { ...process.env };
    delete inherited['NODE_OPTIONS'];
    const child = fork(entry, [], {
      env: { ...inherited, ...environment },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    return {
      // A message to a process that is gone is dropped: its exit is reported.
      send: (request) => {
        if (child.connected) child.send(request, () => undefined);
      },
      kill: (signal) => void child.kill(signal),
      onMessage: (listener) => void child.on('message', listener),
      onOutput: (listener) => {
        for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', listener);
      },
      onExit: (listener) => {
        child.once('close', (code, signal) => listener({ code, signal }));
        child.on('error', () => child.pid === undefined && listener({ code: null, signal: null }));
      },
    };
  };
}
