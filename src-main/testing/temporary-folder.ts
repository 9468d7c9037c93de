import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder for one test, in memory where the system has a RAM disk: stores sync to the disk at every step. */
export function temporaryFolder(prefix: string): string {
  const memory = '/dev/shm';
  return mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), prefix));
}
