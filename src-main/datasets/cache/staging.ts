import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../../processes/process-life';
import { systemCode } from '../trees/file-errors';

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
