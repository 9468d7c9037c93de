import { readFile, stat } from 'node:fs/promises';
import { dialog, type BrowserWindow } from 'electron';
import type { ArchitectureFile } from '../../src-shared/architecture-file/architecture-file';
import {
  largestArchitectureFile,
  parseArchitectureFile,
} from '../../src-shared/architecture-file/parse-architecture-file';
import { CellsmithError } from '../../src-shared/errors';

/** Asks for the file of an architecture; null when none was chosen. */
export async function chooseArchitecture(window: BrowserWindow | null): Promise<string | null> {
  const options: Electron.OpenDialogOptions = {
    title: 'Open an architecture',
    buttonLabel: 'Open',
    filters: [{ name: 'Architecture', extensions: ['json'] }],
    properties: ['openFile'],
  };
  const { filePaths } = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options));
  return filePaths[0] ?? null;
}

/** @param path absolute @throws CellsmithError 'architecture.invalid' */
export async function openArchitecture(path: string): Promise<ArchitectureFile> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > largestArchitectureFile)
      throw new CellsmithError(
        'architecture.invalid',
        `${path} is too large for an architecture file (${Math.round(size / 1024 / 1024)} MB).`,
      );
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof CellsmithError) throw error;
    throw new CellsmithError(
      'architecture.invalid',
      `${path} cannot be read: check that it exists and is readable.`,
      { cause: error },
    );
  }
  return parseArchitectureFile(text, path);
}
