import { join } from 'node:path';
import { app } from 'electron';
import log from 'electron-log/main';
import type { EngineState, SessionState, Problem } from '../../src-shared/ipc/states';
import { CellsmithError, errorMessage } from '../../src-shared/errors';

/** Maximum size of a log file in bytes; the previous one is kept as main.old.log. */
const fileSize = 2 * 1024 * 1024;

/** The folder of the application log; each run has its own log. */
export function logsFolder(): string {
  return join(app.getPath('userData'), 'logs');
}

/** Logs actions and uncaught errors to a file of bounded size. */
export function startLog(version: string): void {
  log.transports.file.resolvePathFn = () => join(logsFolder(), 'main.log');
  log.transports.file.maxSize = fileSize;
  log.transports.file.format = '[{y}-{m}-{d} {h}:{i}:{s}.{ms}] [{level}] {text}';
  // The terminal gets what the program itself writes there.
  log.transports.console.level = false;
  log.transports.ipc.level = false;
  log.errorHandler.startCatching({ showDialog: false });
  const { electron, chrome, node } = process.versions;
  log.info(
    `Cellsmith ${version} on ${process.platform}-${process.arch}, Electron ${electron}, Chromium ${chrome}, Node ${node}`,
  );
}

function logError(error: unknown): void {
  log.error(error);
}

/** Logs a console message or the loss of the window. */
export function logWindow(text: string): void {
  log.warn(`window: ${text}`);
}

/** Each stage of the engine, and each turn of a run, once. */
export function stateLog(): {
  engine(state: EngineState): void;
  session(state: SessionState): void;
  window(): void;
} {
  let last = '';
  const once = (text: string): void => {
    if (text !== last) log.info(text);
    last = text;
  };
  return {
    engine: (state) => {
      const more =
        state.kind === 'busy'
          ? state.stage
          : state.kind === 'ready'
            ? `TensorFlow ${state.tensorflow} (${state.variant}) in ${state.directory}`
            : state.problem.message;
      once(`engine ${state.kind}: ${more}`);
    },
    window: () => log.info('the window listens'),
    session: (state) => {
      if (state.kind === 'searching')
        once(
          `running ${state.folder}${state.paused ? ', paused' : ''}${state.ending === null ? '' : `, ending ${state.ending}`}`,
        );
      else if (state.kind === 'preparing') once(`preparing a run: ${state.step}`);
      else once(`no run${state.problem === null ? '' : `: ${state.problem.message}`}`);
    },
  };
}

/** Converts a thrown value to what is sent to the window; anything but a CellsmithError is a bug and is also logged. */
export function problemOf(error: unknown): Problem {
  if (error instanceof CellsmithError) return { code: error.code, message: error.message };
  console.error(error);
  logError(error);
  return { code: 'internal', message: errorMessage(error) };
}
