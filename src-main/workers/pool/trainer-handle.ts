import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import { lastLines } from '../failure';
import type { ProcessExit, TrainerProcess } from '../trainer-process';
import { trainerReplySchema, type TrainerReply, type TrainerRequest } from '../protocol';
import { timer } from './watchdog';

/** Characters of a process's output kept for the crash report. */
const keptOutput = 4000;

/** The events of a trainer process, for its current supervisor. */
export interface TrainerEvents {
  readonly onReply: (reply: TrainerReply) => void;
  readonly onExit: (exit: ProcessExit) => void;
  /** It sent a message that is not a reply. */
  readonly onInvalidMessage: (error: unknown) => void;
}

/** A trainer process, which trains children one after the other. */
export interface TrainerHandle {
  /** Number of children that it has been given. */
  jobs: number;
  /** Bytes of memory beyond those after its first child. */
  readonly growth: number;
  /** True once it has exited, or is being ended. */
  readonly gone: boolean;
  /** The end of its output to the standard streams. */
  readonly output: string;
  send(request: TrainerRequest): void;
  /** Hands its events to a new supervisor; null drops them. */
  supervise(events: TrainerEvents | null): void;
  /**
   * Resolves when the process says that it is ready.
   * @param patience in milliseconds
   * @throws engine.missing when it ends or stays silent instead; it is ended then
   */
  ready(patience: number): Promise<void>;
  /** Ends it: asks, and after `grace` milliseconds forces. Resolves when it is gone; later calls wait for the same end. */
  end(grace: number): Promise<void>;
}

/** Takes charge of a process that has just been spawned; `log` gets its output. */
export function trainerHandle(trainer: TrainerProcess, log: (text: string) => void): TrainerHandle {
  let output = '';
  let exited = false;
  let first: number | undefined;
  let growth = 0;
  let ending: Promise<void> | undefined;
  let events: TrainerEvents | null = null;
  let onReady: () => void = () => undefined;
  const exitListeners = new Set<() => void>();

  trainer.onOutput((text) => {
    output = (output + text).slice(-keptOutput);
    log(text);
  });
  trainer.onExit((exit) => {
    exited = true;
    events?.onExit(exit);
    for (const listener of exitListeners) listener();
  });
  trainer.onMessage((message) => {
    const parsed = trainerReplySchema.safeParse(message);
    if (!parsed.success) events?.onInvalidMessage(parsed.error);
    else if (parsed.data.type === 'ready') onReady();
    else if (parsed.data.type === 'memory') {
      first ??= parsed.data.bytes;
      growth = parsed.data.bytes - first;
    } else events?.onReply(parsed.data);
  });

  const handle: TrainerHandle = {
    jobs: 0,
    get growth() {
      return growth;
    },
    get gone() {
      return exited || ending !== undefined;
    },
    get output() {
      return output;
    },
    send: (request) => trainer.send(request),
    supervise: (supervisor) => {
      events = supervisor;
    },
    ready: (patience) =>
      new Promise((resolve, reject) => {
        const fail = (what: string): void => {
          clearTimeout(silence);
          exitListeners.delete(onExit);
          void handle.end(0);
          const last = lastLines(output);
          const message = `A trainer process ${what}${last === '' ? '.' : `: ${last}`}`;
          reject(new CellsmithError('engine.missing', message));
        };
        const onExit = (): void => fail('could not start');
        const silence = timer(() => fail(`did not start within ${Math.round(patience / 1000)} s`), patience);
        exitListeners.add(onExit);
        onReady = () => {
          clearTimeout(silence);
          exitListeners.delete(onExit);
          resolve();
        };
        handle.supervise({
          onReply: () => undefined,
          onExit: () => undefined,
          onInvalidMessage: (error) => fail(`sent an invalid message (${errorMessage(error)})`),
        });
      }),
    end: (grace) =>
      (ending ??= new Promise((resolve) => {
        if (exited) {
          resolve();
          return;
        }
        const force = timer(() => trainer.kill('SIGKILL'), grace);
        exitListeners.add(() => {
          clearTimeout(force);
          resolve();
        });
        trainer.kill('SIGTERM');
      })),
  };
  return handle;
}
