import { randomInt } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { CellsmithError, errorMessage } from '../../src-shared/errors';
import { manifestFile } from './manifest';
import { notWritable } from './files/write-atomically';

/**
 * The default folder of runs: CELLSMITH_RUNS, else the system's data directory for a user's programs.
 * @param environment the process's variables
 */
export function defaultRunsFolder(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const chosen = environment['CELLSMITH_RUNS'];
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Cellsmith', 'runs');
  if (platform === 'win32')
    return join(environment['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Cellsmith', 'runs');
  const data = environment['XDG_DATA_HOME'];
  // The XDG specification requires programs to ignore relative paths.
  const base = data !== undefined && isAbsolute(data) ? data : join(home, '.local', 'share');
  return join(base, 'cellsmith', 'runs');
}

/**
 * Checks that runs can be created in a folder before long preparations start.
 * @throws CellsmithError 'run.not-writable'
 */
export function requireRunsFolder(runs: string): void {
  try {
    mkdirSync(runs, { recursive: true });
    accessSync(runs, constants.W_OK);
  } catch (error) {
    throw notWritable(runs, error);
  }
}

/** Where a new run is created: in a named folder below `runs`, or in a given folder. Absolute. */
export type RunPlace = { readonly within: string } | { readonly folder: string };

/**
 * Checks that a run can be created in a place before long preparations start.
 * @throws CellsmithError 'run.not-writable'; 'output.exists' when the folder is not empty
 */
export function requirePlace(place: RunPlace): void {
  if ('within' in place) requireRunsFolder(place.within);
  else if (existsSync(place.folder) && readdirSync(place.folder).length > 0)
    throw new CellsmithError('output.exists', `${place.folder} is not empty: name a new folder.`);
}

/** Makes the folder of a new run. @param word part of its name among the runs @throws CellsmithError 'run.not-writable' */
export function makePlace(place: RunPlace, word: string, now: Date): string {
  if ('within' in place) return makeRunFolder(place.within, word, now);
  try {
    mkdirSync(place.folder, { recursive: true });
    return place.folder;
  } catch (error) {
    throw notWritable(place.folder, error);
  }
}

/**
 * Makes the folder of a new run below `runs`: date, preset and four random letters.
 * @throws CellsmithError 'run.not-writable'
 */
export function makeRunFolder(runs: string, preset: string, now: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const word = preset.toLowerCase().replace(/[^a-z0-9-]+/g, '-') || 'run';
  for (let attempt = 0; attempt < 20; attempt++) {
    const letters = Array.from({ length: 4 }, () => 'abcdefghjkmnpqrstuvwxyz23456789'[randomInt(31)]).join(
      '',
    );
    const path = join(runs, `${day}-${word}-${letters}`);
    try {
      mkdirSync(runs, { recursive: true });
      mkdirSync(path);
      return path;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST' && existsSync(path)))
        throw notWritable(path, error);
    }
  }
  throw new CellsmithError('run.not-writable', `No free run name was found in ${runs}.`);
}

/** Folders of runs below `runs`, oldest name first; none when the folder does not exist. */
export function listRunFolders(runs: string): string[] {
  return listFolders(runs).filter(isRunFolder);
}

/** Whether a folder holds a run, or a training of an earlier release, which is opened as one. */
export function isRunFolder(folder: string): boolean {
  return existsSync(manifestFile(folder)) || existsSync(join(folder, 'training.json'));
}

function listFolders(runs: string): string[] {
  let names: string[];
  try {
    names = readdirSync(runs);
  } catch {
    return [];
  }
  return names.sort().map((name) => join(runs, name));
}

/** A summary of each folder, and the error of those that cannot be read. */
export function summarised<T>(
  folders: readonly string[],
  summarise: (folder: string) => T,
): { readonly summaries: T[]; readonly broken: { folder: string; message: string }[] } {
  const summaries: T[] = [];
  const broken: { folder: string; message: string }[] = [];
  for (const folder of folders) {
    try {
      summaries.push(summarise(folder));
    } catch (error) {
      broken.push({ folder, message: errorMessage(error) });
    }
  }
  return { summaries, broken };
}

/**
 * Finds the run that a user names: a path, the name of a run below `runs`, or the beginning of one.
 * @throws CellsmithError 'run.not-found' when none or several match
 */
export function findRunFolder(named: string, runs: string): string {
  const path = resolve(named);
  if (isRunFolder(path)) return path;
  const folders = listRunFolders(runs);
  const nameOf = (folder: string): string => folder.slice(runs.length + 1);
  const exact = folders.find((folder) => nameOf(folder) === named);
  if (exact !== undefined) return exact;
  const beginning = folders.filter((folder) => nameOf(folder).startsWith(named));
  const [only] = beginning;
  if (beginning.length === 1 && only !== undefined) return only;
  if (existsSync(path))
    throw new CellsmithError('run.not-found', `${path} is not the folder of a run: it has no run.json.`);
  throw new CellsmithError(
    'run.not-found',
    beginning.length > 1
      ? `Several runs match "${named}": ${beginning.map(nameOf).join(', ')}.`
      : `No run "${named}" in ${runs}: "cellsmith runs list" shows all runs.`,
  );
}
