import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CellsmithError } from '../../src-shared/errors';
import type { GeneratorState } from '../../src-shared/random';

/**
 * The file format of a strategy's state, little-endian:
 *
 *     'CELLSMTH'                8 bytes
 *     version                   uint32
 *     length of the header      uint32
 *     header                    JSON, UTF-8
 *     vectors                   float64, one after the other; the header gives name and length of each
 *     SHA-256 of all the above  32 bytes
 */
export interface StoredState {
  /** Plain data; each strategy checks its own with a schema. */
  readonly header: unknown;
  readonly vectors: ReadonlyMap<string, Float64Array>;
}

const magic = 'CELLSMTH';
const version = 1;
const prefixBytes = 16;
const hashBytes = 32;

const envelopeSchema = z.strictObject({
  header: z.unknown(),
  vectors: z.array(z.tuple([z.string().max(200), z.int().min(0)])).max(10_000),
});

const word = z.int().min(-0x80000000).max(0xffffffff);
/** Four words of a generator, not all of them 0: that state would give zeros for ever. */
export const generatorStateSchema = z
  .tuple([word, word, word, word])
  .refine((words) => words.some((w) => w !== 0)) satisfies z.ZodType<GeneratorState>;

export function encodeState({ header, vectors }: StoredState): Uint8Array {
  const lengths = [...vectors].map(([name, { length }]) => [name, length] as const);
  const json = new TextEncoder().encode(JSON.stringify({ header, vectors: lengths }));
  const numbers = lengths.reduce((sum, [, length]) => sum + length, 0);
  const bytes = new Uint8Array(prefixBytes + json.length + 8 * numbers + hashBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  view.setUint32(8, version, true);
  view.setUint32(12, json.length, true);
  bytes.set(json, prefixBytes);
  let at = prefixBytes + json.length;
  for (const vector of vectors.values()) {
    for (const value of vector) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  bytes.set(hashOf(bytes.subarray(0, at)), at);
  return bytes;
}

/** @throws CellsmithError 'run.damaged', or 'run.newer-version' when a later Cellsmith wrote it */
export function decodeState(bytes: Uint8Array): StoredState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < prefixBytes + hashBytes || ascii(bytes.subarray(0, 8)) !== magic)
    throw damaged('the file is no controller state');
  if (view.getUint32(8, true) > version)
    throw new CellsmithError(
      'run.newer-version',
      'This run was written by a newer Cellsmith. Update Cellsmith to resume it.',
    );
  const end = bytes.length - hashBytes;
  if (!hashOf(bytes.subarray(0, end)).equals(bytes.subarray(end))) throw damaged('its checksum is wrong');
  const blobAt = prefixBytes + view.getUint32(12, true);
  if (view.getUint32(8, true) !== version || blobAt > end) throw damaged('its header is cut off');
  const envelope = parseHeader(envelopeSchema, parseJson(bytes.subarray(prefixBytes, blobAt)));
  const vectors = new Map<string, Float64Array>();
  let at = blobAt;
  for (const [name, length] of envelope.vectors) {
    if (length > (end - at) / 8 || vectors.has(name)) throw damaged(`its vector '${name}' does not fit`);
    const vector = new Float64Array(length);
    for (let i = 0; i < length; i++, at += 8) vector[i] = view.getFloat64(at, true);
    vectors.set(name, vector);
  }
  if (at !== end) throw damaged('it holds more than its header says');
  return { header: envelope.header, vectors };
}

/** Checks a header against the schema of the strategy that reads it. */
export function parseHeader<T>(schema: z.ZodType<T>, header: unknown): T {
  const parsed = schema.safeParse(header);
  if (!parsed.success) throw damaged('its header is not what it should be', parsed.error);
  return parsed.data;
}

/** A stored vector, which must be there, of this length, and of finite numbers. */
export function checkedVector(vector: Float64Array | undefined, name: string, length: number): Float64Array {
  if (vector?.length !== length) throw damaged(`its vector '${name}' is missing or of another length`);
  if (!vector.every(Number.isFinite)) throw damaged(`its vector '${name}' holds a number that is none`);
  return vector;
}

export function damaged(why: string, cause?: unknown): CellsmithError {
  return new CellsmithError(
    'run.damaged',
    `The stored state of the controller cannot be used: ${why}. Go on from an earlier one, or start a new run.`,
    { cause },
  );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw damaged('its header cannot be read', error);
  }
}

function hashOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
