import { readFile, stat, writeFile } from 'node:fs/promises';
import { dialog, type BrowserWindow } from 'electron';
import { configOfFile, largestConfigFile, parseConfigFile } from '../../../src-shared/config/config-file';
import type { SearchConfig } from '../../../src-shared/config/search-config';
import { CellsmithError } from '../../../src-shared/errors';

type Parent = BrowserWindow | null;

async function chooseOne(window: Parent, options: Electron.OpenDialogOptions): Promise<string | null> {
  const { filePaths } = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options));
  return filePaths[0] ?? null;
}

/** Each gives null when the user thought better of it. */
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

const configFiles = [{ name: 'Configuration', extensions: ['json'] }];

export async function saveConfig(window: Parent, config: SearchConfig): Promise<string | null> {
  const options = {
    title: 'Save the configuration',
    defaultPath: `${config.name}.json`,
    filters: configFiles,
  };
  const { filePath } = await (window === null
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(window, options));
  if (filePath === '') return null;
  await writeFile(filePath, `${JSON.stringify(config, null, 2)}\n`);
  return filePath;
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
  let text: string;
  try {
    if ((await stat(path)).size > largestConfigFile)
      throw new CellsmithError('config.invalid', `${path} is too large for a configuration.`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof CellsmithError) throw error;
    throw new CellsmithError('config.invalid', `${path} cannot be read.`, { cause: error });
  }
  return configOfFile(parseConfigFile(text, path));
}
