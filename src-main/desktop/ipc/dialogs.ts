import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { dialog, type BrowserWindow } from 'electron';
import {
  type ArchitectureFile,
  largestArchitectureFile,
  parseArchitectureFile,
} from '../../../src-shared/architecture-file/architecture-file';
import {
  configOfFile,
  largestConfigFile,
  parseConfigFile,
} from '../../../src-shared/config/options/overrides';
import type { SearchConfig } from '../../../src-shared/config/search-config';
import { CellsmithError, type ErrorCode } from '../../../src-shared/errors';
import type { Request } from '../../../src-shared/ipc/contract';
import { writeAtomically } from '../../runs/files/write-atomically';
import { bytesOf, suggestedName, withEnding } from './saved-files';

/*
 * The system's dialogs for files and folders, and what is read from or written to the chosen file. Each returns null when the user
 * cancels it.
 */

type Parent = BrowserWindow | null;

async function chooseOne(window: Parent, options: Electron.OpenDialogOptions): Promise<string | null> {
  const { filePaths } = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options));
  return filePaths[0] ?? null;
}

async function chooseTarget(window: Parent, options: Electron.SaveDialogOptions): Promise<string | null> {
  const { filePath } = await (window === null
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(window, options));
  return filePath === '' ? null : filePath;
}

export function chooseDataset(window: Parent, what: 'folder' | 'file'): Promise<string | null> {
  return chooseOne(window, {
    title: 'Open a data set',
    buttonLabel: 'Open',
    properties: [what === 'folder' ? 'openDirectory' : 'openFile'],
  });
}

export function chooseRun(window: Parent, runs: string): Promise<string | null> {
  return chooseOne(window, {
    title: 'Open a run folder',
    buttonLabel: 'Open',
    defaultPath: runs,
    properties: ['openDirectory'],
  });
}

export function chooseRunsFolder(window: Parent, runs: string): Promise<string | null> {
  return chooseOne(window, {
    title: 'Choose the runs folder',
    buttonLabel: 'Use this folder',
    defaultPath: runs,
    properties: ['openDirectory', 'createDirectory'],
  });
}

export function chooseArchitecture(window: Parent): Promise<string | null> {
  return chooseOne(window, {
    title: 'Open an architecture',
    buttonLabel: 'Open',
    filters: [{ name: 'Architecture', extensions: ['json'] }],
    properties: ['openFile'],
  });
}

const configFiles = [{ name: 'Configuration', extensions: ['json'] }];

export async function saveConfig(window: Parent, config: SearchConfig): Promise<string | null> {
  const path = await chooseTarget(window, {
    title: 'Save the configuration',
    defaultPath: `${config.name}.json`,
    filters: configFiles,
  });
  if (path !== null) await writeFile(path, `${JSON.stringify(config, null, 2)}\n`);
  return path;
}

export async function loadConfig(window: Parent): Promise<SearchConfig | null> {
  const path = await chooseOne(window, {
    title: 'Open a configuration',
    filters: configFiles,
    properties: ['openFile'],
  });
  return path === null ? null : readConfig(path);
}

/** @param path absolute @throws CellsmithError 'config.invalid' */
export async function readConfig(path: string): Promise<SearchConfig> {
  const text = await readText(path, largestConfigFile, 'config.invalid', 'a configuration');
  return configOfFile(parseConfigFile(text, path));
}

/** @param path absolute @throws CellsmithError 'architecture.invalid' */
export async function openArchitecture(path: string): Promise<ArchitectureFile> {
  const text = await readText(path, largestArchitectureFile, 'architecture.invalid', 'an architecture file');
  return parseArchitectureFile(text, path);
}

/** @param largest bytes */
async function readText(path: string, largest: number, code: ErrorCode, what: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > largest)
      throw new CellsmithError(
        code,
        `${path} is too large for ${what} (${Math.round(size / 1024 / 1024)} MB).`,
      );
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof CellsmithError) throw error;
    throw new CellsmithError(code, `${path} cannot be read: check that it exists and is readable.`, {
      cause: error,
    });
  }
}

const savedKinds = { png: 'PNG image', svg: 'SVG drawing', csv: 'Table (CSV)', json: 'JSON' } as const;

/**
 * Asks where to save and writes the file there as a whole or not at all.
 * @throws CellsmithError 'run.not-writable'
 */
export async function saveFile(
  window: Parent,
  { name, kind, content }: Request<'saveFile'>,
): Promise<string | null> {
  const bytes = bytesOf(kind, content);
  const chosen = await chooseTarget(window, {
    title: `Save as ${kind.toUpperCase()}`,
    defaultPath: suggestedName(name, kind),
    filters: [{ name: savedKinds[kind], extensions: [kind] }],
  });
  if (chosen === null) return null;
  const path = withEnding(chosen, kind);
  // The dialog has asked about the path that was written there, not about the one with the ending.
  if (path !== chosen && existsSync(path))
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
