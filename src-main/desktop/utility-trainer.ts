import { utilityProcess } from 'electron';
import type { SpawnTrainer } from '../workers/trainer-process';
import { processExitOf } from './process-exit';

/** Grace period for the last output of a process after its exit, in ms. */
const lastOutput = 250;

/**
 * Starts trainers as utility processes of Electron.
 * @param entry absolute path of the built trainer, trainer.js
 */
export function utilityTrainer(entry: string): SpawnTrainer {
  return (environment) => {
    const inherited: Record<string, string> = {};
    for (const [name, value] of Object.entries(process.env))
      // Options of this process, such as an inspector's port, are not the trainer's.
      if (value !== undefined && name !== 'NODE_OPTIONS') inherited[name] = value;
    const child = utilityProcess.fork(entry, [], {
      env: { ...inherited, ...environment },
      execArgv: [],
      stdio: 'pipe',
      serviceName: 'Cellsmith trainer',
    });
    const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
    return {
      send: (request) => {
        // Sending to a process that is gone fails: its exit is reported separately.
        if (child.pid !== undefined) child.postMessage(request);
        else child.once('spawn', () => child.postMessage(request));
      },
      kill: (signal) => {
        if (signal === 'SIGTERM') child.kill();
        else if (child.pid !== undefined) forceEnd(child.pid);
      },
      onMessage: (listener) => void child.on('message', listener),
      onOutput: (listener) => {
        for (const stream of streams) stream.on('data', (chunk: Buffer) => listener(chunk.toString('utf8')));
      },
      onExit: (listener) =>
        void child.once('exit', (status) => setTimeout(() => listener(processExitOf(status)), lastOutput)),
    };
  };
}

function forceEnd(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
