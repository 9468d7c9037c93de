import { constants } from 'node:os';
import type { ProcessExit } from '../workers/trainer-process';

/** Exit codes up to this one are a trainer's own; larger ones encode a signal. */
const ownCodes = 2;

/**
 * How a utility process ended. Electron gives one number for both: the code of a process that ended by itself, or the number of the
 * signal that ended it (6 for an abort, 9 for a kill); some of its versions add 128 to it, as shells do.
 */
export function processExitOf(status: number, platform: NodeJS.Platform = process.platform): ProcessExit {
  if (platform === 'win32' || status <= ownCodes) return { code: status, signal: null };
  const number = status > 128 ? status - 128 : status;
  const [signal] = Object.entries(constants.signals).find(([, value]) => value === number) ?? [];
  return signal === undefined ? { code: status, signal: null } : { code: null, signal };
}
