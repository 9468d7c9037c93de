import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { CellsmithError, errorMessage } from '../../../../src-shared/errors';

/** A folder that the search and its workers reach, each by a path of its own. */
export interface SharedFolder {
  readonly folder: string;
  /** Names it: sides that find the same name look at the same folder. */
  readonly id: string;
}

/** The environment variable that names it where no option does. */
export const sharedVariable = 'CELLSMITH_SHARED';

const markName = 'cellsmith-shared.json';
const markSchema = z.strictObject({ id: z.uuid() });

/**
 * Opens a folder to share, and gives it its name when it has none.
 * @throws CellsmithError 'config.invalid' when it cannot be written
 */
export function openSharedFolder(path: string): SharedFolder {
  const folder = resolve(path);
  const mark = join(folder, markName);
  try {
    mkdirSync(folder, { recursive: true });
    try {
      // Who comes second finds the name of who came first.
      writeFileSync(mark, JSON.stringify({ id: randomUUID() }), { flag: 'wx' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    return { folder, id: markSchema.parse(JSON.parse(readFileSync(mark, 'utf8'))).id };
  } catch (error) {
    throw new CellsmithError(
      'config.invalid',
      `The folder to share, ${folder}, cannot be used: ${errorMessage(error)}. It must be a folder that this program may write to.`,
      { cause: error },
    );
  }
}

/**
 * Where the state and the weights of a job's child are in a shared folder.
 * @param job id of the job: letters, digits and hyphens alone
 */
export function sharedFiles(
  folder: string,
  search: string,
  job: string,
): { checkpoint: string; weights: string } {
  const own = join(folder, search);
  mkdirSync(own, { recursive: true });
  return { checkpoint: join(own, `${job}.checkpoint`), weights: join(own, `${job}.safetensors`) };
}
