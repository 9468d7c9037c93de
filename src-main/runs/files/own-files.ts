import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { CellsmithError } from '../../../src-shared/errors';

/** Entries of a run folder, each a file or a folder of files. */
const entriesOfRun = {
  'run.json': 'file',
  'run.lock': 'file',
  'run.sqlite': 'file',
  'run.sqlite-wal': 'file',
  'run.sqlite-shm': 'file',
  'run.sqlite-journal': 'file',
  'log.txt': 'file',
  'log.txt.1': 'file',
  controller: 'folder',
  children: 'folder',
  checkpoints: 'folder',
  exports: 'folder',
} as const;

/**
 * Ensures that a run is read from and written to its own files only: a folder from elsewhere may hold links to the user's files,
 * pipes that are never written to, or endless devices. Files with other names are ignored.
 * @param folder absolute; it may itself be reached by a link
 * @throws CellsmithError 'run.damaged'
 */
export function requireOwnRun(folder: string): void {
  requireOwnFiles(folder, entriesOfRun);
  refuseForeignJournal(join(folder, 'run.sqlite-journal'));
}

/** As {@link requireOwnRun}, for any folder and its entries. */
export function requireOwnFiles(folder: string, entries: Readonly<Record<string, 'file' | 'folder'>>): void {
  for (const entry of entriesOf(folder)) {
    const form = Object.hasOwn(entries, entry.name) ? entries[entry.name] : undefined;
    if (form === undefined) continue;
    const path = join(folder, entry.name);
    if (form === 'file' ? !entry.isFile() : !entry.isDirectory()) throw foreign(path, form);
    if (form === 'folder')
      for (const inner of entriesOf(path))
        if (!inner.isFile() && !inner.isDirectory()) throw foreign(join(path, inner.name), 'file');
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Opening a missing file reports it.
    return [];
  }
}

function foreign(path: string, form: 'file' | 'folder'): CellsmithError {
  return new CellsmithError(
    'run.damaged',
    `${path} should be a ${form}, and is a link or something else: put the ${form} itself in its place.`,
  );
}

/** The end of a rollback journal that names another journal, which SQLite would remove. */
const namesAnother = Buffer.from('d9d505f920a163d7', 'hex');

/**
 * Refuses a journal of a transaction over several databases. No run writes one, and rolling it back would remove the file that it names,
 * wherever that is.
 */
function refuseForeignJournal(path: string): void {
  const end = Buffer.alloc(namesAnother.length);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return;
  }
  try {
    const { size } = fstatSync(file);
    if (size >= end.length) readSync(file, end, 0, end.length, size - end.length);
  } finally {
    closeSync(file);
  }
  if (end.equals(namesAnother))
    throw new CellsmithError(
      'run.damaged',
      `${path} belongs to a transaction over other files, which no run has: remove it to open the run as it was before.`,
    );
}

/** Whether a path is a regular file of limited size, and not a link to one. */
export function isOwnFile(path: string, most = Infinity): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status?.isFile() === true && status.size <= most;
}
