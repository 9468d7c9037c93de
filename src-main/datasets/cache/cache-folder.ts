import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import { isAlive } from '../../processes/process-life';
import { systemCode } from '../trees/file-errors';

/** Default folder of decoded data sets: the user's cache folder. */
export function defaultCacheDirectory(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = homedir();
  const fallback =
    platform === 'win32'
      ? (environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'))
      : platform === 'darwin'
        ? join(home, 'Library', 'Caches')
        : join(home, '.cache');
  const chosen = environment['XDG_CACHE_HOME'];
  // the rule of the variable's definition: a relative path counts as none
  const base = chosen !== undefined && isAbsolute(chosen) ? chosen : fallback;
  return join(base, 'cellsmith', 'datasets');
}

/** Says why the cache cannot be written, and what to do. */
export function cacheError(error: unknown, directory: string): CellsmithError {
  if (error instanceof CellsmithError) return error;
  const code = systemCode(error);
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const message = full
    ? `There is no room left for the decoded data set in ${directory}. Free some space there, or set XDG_CACHE_HOME to a folder on another disk.`
    : `The decoded data set cannot be written to ${directory}: ${errorMessage(error)}. Make the folder writable, or set XDG_CACHE_HOME to another one.`;
  return new CellsmithError('data.cache-not-writable', message, { cause: error });
}

const prefix = 'building-';
const day = 24 * 60 * 60 * 1000;

/** Makes a folder of a process's own in which a part of the cache is built before it gets its name. */
export async function newStaging(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const folder = join(directory, `${prefix}${process.pid}-${randomBytes(6).toString('hex')}`);
  await mkdir(folder);
  return folder;
}

/** Removes what builds left that were killed: their process is gone, or they are older than a day. */
export async function sweepStaging(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    const pid = /^building-(\d+)-/.exec(name)?.[1];
    if (pid === undefined) continue;
    const folder = join(directory, name);
    const facts = await stat(folder).catch(() => undefined);
    const old = facts !== undefined && Date.now() - facts.mtimeMs > day;
    if (old || !isAlive(Number(pid))) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Gives a finished folder its name in one step. Another process may have been quicker: then its folder stays if it is sound.
 * @param isSound whether the existing folder of that name can be used
 */
export async function publish(
  staging: string,
  folder: string,
  isSound: () => Promise<boolean>,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(staging, folder);
      return;
    } catch (error) {
      const taken = ['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES', 'ENOTDIR'].includes(systemCode(error) ?? '');
      if (!taken || attempt === 3) throw error;
      if (await isSound()) {
        await rm(staging, { recursive: true, force: true });
        return;
      }
      const away = `${staging}-replaced-${attempt}`;
      await rename(folder, away).catch((failed: unknown) => {
        // the other process may have moved it away itself
        if (systemCode(failed) !== 'ENOENT') throw failed;
      });
      await rm(away, { recursive: true, force: true });
    }
  }
}

/** Has the system write a folder's entries to the disk. Windows knows no such thing, and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
