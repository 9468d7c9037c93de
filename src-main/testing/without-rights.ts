import { chmodSync } from 'node:fs';
import { temporaryFolder } from './data/image-datasets';

const nobody = 65534;

/**
 * Runs as an unprivileged user: root may read everything, so tests that run as root become the user 'nobody' meanwhile. All
 * threads of the process change at once; the real user id stays, so that the process can change back.
 */
export async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** A folder that 'nobody' may enter and write. */
export function openFolder(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o777);
  return folder;
}
