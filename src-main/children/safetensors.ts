import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { CellsmithError } from '../../src-shared/errors';

/** A float32 tensor with its name; values in row-major order. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What a safetensors file holds. */
export interface TensorFile {
  readonly tensors: readonly NamedTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

const metadataKey = '__metadata__';
const lengthBytes = 8;
const floatBytes = Float32Array.BYTES_PER_ELEMENT;

/**
 * Writes tensors as a safetensors file, which Python, Rust and other tools read: eight bytes with the length of a JSON
 * header, the header, then the values, little-endian. It appears under its name complete or not at all, also across a power cut.
 * @throws the operating system's error when it cannot be written; nothing is left of it then
 */
export function writeSafetensors(path: string, { tensors, metadata }: TensorFile): void {
  const temporary = partialName(path);
  try {
    const file = openSync(temporary, 'w');
    try {
      writeAll(file, encodeHeader(tensors, metadata));
      for (const { values } of tensors)
        writeAll(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Makes a rename within the folder outlive a power cut. Windows has no such call and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

const partialEnd = '.partial';

/**
 * The name under which a file grows before it is complete. It is the process's own: one that lost its parent may still write while
 * another has started over with the same file. A process that was killed can leave it behind.
 */
function partialName(path: string): string {
  return `${path}.${process.pid}${partialEnd}`;
}

/** Removes what processes that were killed while they wrote a file have left of it. */
export function removePartials(path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (name.startsWith(`${basename(path)}.`) && name.endsWith(partialEnd))
      rmSync(join(folder, name), { force: true });
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}

function encodeHeader(tensors: readonly NamedTensor[], metadata: TensorFile['metadata']): Uint8Array {
  const entries: [string, unknown][] = [[metadataKey, metadata]];
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    const end = offset + values.byteLength;
    entries.push([name, { dtype: 'F32', shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  // Spaces at the end keep the values aligned for readers that map the file into memory.
  const length = Math.ceil(json.length / lengthBytes) * lengthBytes;
  const header = new Uint8Array(lengthBytes + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, lengthBytes);
  return header;
}

const entrySchema = z.object({
  dtype: z.literal('F32'),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const headerSchema = z.record(z.string(), z.unknown());
const metadataSchema = z.record(z.string(), z.string()).default({});

/**
 * Reads a safetensors file of float32 tensors, in the order of the file.
 * @throws run.damaged when it is not one, or is cut short
 */
export function readSafetensors(path: string): TensorFile {
  try {
    // A pipe would be waited for, and a device has no end.
    if (!statSync(path).isFile()) throw new RangeError('It is no file.');
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE(0));
    const start = lengthBytes + length;
    const { [metadataKey]: metadata, ...entries } = headerSchema.parse(
      JSON.parse(bytes.toString('utf8', lengthBytes, start)),
    );
    // Tensors that share their bytes would be a small file that fills the memory.
    let free = bytes.length - start;
    const tensors = Object.entries(entries).map(([name, entry]) => {
      const { shape, data_offsets: offsets } = entrySchema.parse(entry);
      const [from, to] = offsets;
      const size = shape.reduce((product, axis) => product * axis, floatBytes);
      free -= size;
      if (to - from !== size || start + to > bytes.length || !(free >= 0))
        throw new RangeError(`'${name}' is cut short`);
      // A copy, since a view would need an offset that is a multiple of four.
      const values = new Float32Array(
        bytes.buffer.slice(bytes.byteOffset + start + from, bytes.byteOffset + start + to),
      );
      return { name, shape, values };
    });
    return { tensors, metadata: metadataSchema.parse(metadata) };
  } catch (cause) {
    throw new CellsmithError('run.damaged', `The weights in ${path} are damaged or not a safetensors file.`, {
      cause,
    });
  }
}
