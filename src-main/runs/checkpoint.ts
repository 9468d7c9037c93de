import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CellsmithError } from '../../src-shared/errors';
import type { Database } from './sqlite/database';
import { writeAtomically } from './files/write-atomically';

/** A file of `controller/` and its checksum. */
export interface CheckpointReference {
  /** From 1; counts all checkpoints of the run. */
  readonly number: number;
  readonly sha256: string;
}

const referenceRow = z.strictObject({ number: z.int().min(1), sha256: z.string() });

/** The file of a checkpoint below the run folder. */
export function checkpointFile(run: string, number: number): string {
  return join(run, 'controller', `${String(number).padStart(8, '0')}.state`);
}

/**
 * Writes the controller's state next to the current one. It takes effect when `commitCheckpoint` names it in a
 * transaction of the database: a crash in between leaves a file that the next start removes.
 * @param state the complete state of the controller
 */
export function writeCheckpoint(run: string, number: number, state: Uint8Array): CheckpointReference {
  mkdirSync(join(run, 'controller'), { recursive: true });
  writeAtomically(checkpointFile(run, number), state);
  return { number, sha256: sha256(state) };
}

/** Makes a written checkpoint the current one, in the transaction that records the strategy's step. */
export function commitCheckpoint(database: Database, reference: CheckpointReference): void {
  database.run(
    'INSERT INTO checkpoint (id, number, sha256) VALUES (1, ?, ?) ' +
      'ON CONFLICT (id) DO UPDATE SET number = excluded.number, sha256 = excluded.sha256',
    [reference.number, reference.sha256],
  );
}

/** The current checkpoint; undefined before the first. */
export function currentCheckpoint(database: Database): CheckpointReference | undefined {
  return database.first('SELECT number, sha256 FROM checkpoint', [], referenceRow);
}

/**
 * Reads the state of a checkpoint.
 * @throws CellsmithError 'run.damaged' when the file is missing or has changed
 */
export function readCheckpoint(run: string, reference: CheckpointReference): Uint8Array {
  const path = checkpointFile(run, reference.number);
  let state: Uint8Array;
  try {
    state = readFileSync(path);
  } catch (error) {
    throw new CellsmithError('run.damaged', `${path} is missing or unreadable; restore it from a copy.`, {
      cause: error,
    });
  }
  if (sha256(state) !== reference.sha256)
    throw new CellsmithError('run.damaged', `${path} is damaged; restore it from a copy of the run.`);
  return state;
}

/** Removes every file of `controller/` except the current checkpoint. */
export function pruneCheckpoints(run: string, current: CheckpointReference | undefined): void {
  const folder = join(run, 'controller');
  mkdirSync(folder, { recursive: true });
  const kept = current === undefined ? '' : checkpointFile(run, current.number);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (path !== kept) rmSync(path, { force: true });
  }
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * Stores the parameters that replicas have fetched, each version once, and removes those that are no longer needed.
 * Part of the transaction that commits the controller's checkpoint.
 */
export function storeCopies(database: Database, copies: ReadonlyMap<number, Float64Array>): void {
  const stored = new Set(
    database
      .all('SELECT version FROM parameter_copies', [], z.strictObject({ version: z.int() }))
      .map(({ version }) => version),
  );
  for (const [version, copy] of copies)
    if (!stored.has(version))
      database.run('INSERT INTO parameter_copies (version, parameters) VALUES (?, ?)', [
        version,
        Buffer.from(copy.buffer, copy.byteOffset, copy.byteLength),
      ]);
  for (const version of stored)
    if (!copies.has(version)) database.run('DELETE FROM parameter_copies WHERE version = ?', [version]);
}

/** The stored parameters of a version; undefined when there are none of `length` numbers. */
export function readCopy(database: Database, version: number, length: number): Float64Array | undefined {
  // libsql gives blobs as ArrayBuffers.
  const row = z.strictObject({ parameters: z.instanceof(ArrayBuffer) });
  const found = database.first(
    'SELECT parameters FROM parameter_copies WHERE version = ? AND length(parameters) = ?',
    [version, length * Float64Array.BYTES_PER_ELEMENT],
    row,
  );
  return found && new Float64Array(found.parameters);
}
