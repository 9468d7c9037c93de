import { z } from 'zod';
import type { Database } from '../sqlite/database';

/**
 * Stores the parameters that replicas have fetched: those that are not stored yet, each once, and forgets those that are no longer needed.
 * Part of the transaction that puts the controller's checkpoint in force, to which they belong.
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
