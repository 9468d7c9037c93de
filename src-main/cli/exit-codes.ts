import { CellsmithError } from '../../src-shared/errors';

/** The program's exit codes; `cellsmith --help` lists them. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  data: 3,
  engine: 4,
  run: 5,
  queue: 6,
  /** Ctrl-C, by the convention of shells: 128 + the signal's number. */
  interrupted: 130,
  terminated: 143,
} as const;

export const exitCodesHelp = `
Exit codes:
  0    done
  1    an error occurred, or no child could be trained
  2    wrong options, configuration or architecture file, or a file that cannot be written
  3    the data set is missing, damaged or of an unknown form
  4    the training engine is missing or could not be installed
  5    the run is missing, damaged, locked or not writable
  6    the queue cannot be reached (a worker waits for it), or what is in it cannot be used
  130  ended by Ctrl-C (a search or a training can be resumed)
  143  ended by a termination signal (a search or a training can be resumed)`;

const codesOfRooms: Readonly<Record<string, number>> = {
  architecture: exitCodes.usage,
  config: exitCodes.usage,
  data: exitCodes.data,
  engine: exitCodes.engine,
  run: exitCodes.run,
  queue: exitCodes.queue,
  output: exitCodes.usage,
  cancelled: exitCodes.interrupted,
};

/** The exit code for a thrown value, by the room that the error comes from. */
export function exitCodeOf(error: unknown): number {
  const room = error instanceof CellsmithError ? error.code.split('.')[0] : undefined;
  return codesOfRooms[room ?? ''] ?? exitCodes.error;
}
