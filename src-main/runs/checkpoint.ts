import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CellsmithError } from '../../src-shared/errors';
import type { Database } from './sqlite/database';
import { writeAtomically } from './files/write-atomically';

/** Names one file of `controller/` and what it must hold. */
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
 * Writes the controller's state next to the current one. It counts for nothing until `commitCheckpoint` names it in a
 * transaction of the database: a crash in between leaves a file that the next start removes.
 * @param state everything that the controller is
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
