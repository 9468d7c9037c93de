import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { dialog, type BrowserWindow } from 'electron';
import { CellsmithError } from '../../../src-shared/errors';
import type { Request } from '../../../src-shared/ipc/contract';
import { writeAtomically } from '../../runs/files/write-atomically';
import { bytesOf, suggestedName, withEnding } from './saved-files';

const kinds = { png: 'PNG image', svg: 'SVG drawing', csv: 'Table (CSV)', json: 'JSON' } as const;

/**
 * Asks where to and writes the file there as a whole or not at all.
 * @returns its path; null when the user thought better of it
 * @throws CellsmithError 'run.not-writable'
 */
export async function saveFile(
  window: BrowserWindow | null,
  { name, kind, content }: Request<'saveFile'>,
): Promise<string | null> {
  const bytes = bytesOf(kind, content);
  const options = {
    title: `Save as ${kind.toUpperCase()}`,
    defaultPath: suggestedName(name, kind),
    filters: [{ name: kinds[kind], extensions: [kind] }],
  };
  const { filePath } = await (window === null
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(window, options));
  if (filePath === '') return null;
  const path = withEnding(filePath, kind);
  // The dialog has asked about the path that was written there, not about the one with the ending.
  if (path !== filePath && existsSync(path))
    throw new CellsmithError(
      'run.not-writable',
      `${path} already exists: select it by its full name to replace it.`,
    );
  try {
    writeAtomically(path, bytes);
  } catch (error) {
    throw new CellsmithError(
      'run.not-writable',
      `${basename(path)} could not be written to ${dirname(path)}: choose another folder, or free some space.`,
      { cause: error },
    );
  }
  return path;
}
