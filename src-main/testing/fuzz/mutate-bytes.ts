import type { Generator } from '../../../src-shared/random';

/** Numbers at which lengths and counts break, as little- and big-endian words find them. */
const words = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** Bytes with one to four places changed: bits, words, pieces that are cut out, doubled, moved or put in; now and then the end is cut off. */
export function mutatedBytes(bytes: Uint8Array, draw: Generator): Uint8Array {
  let changed = Uint8Array.from(bytes);
  for (let change = draw.integer(4); change >= 0; change--) changed = changedOnce(changed, draw);
  return draw.integer(8) === 0 ? changed.subarray(0, draw.integer(changed.length + 1)) : changed;
}

function changedOnce(bytes: Uint8Array<ArrayBuffer>, draw: Generator): Uint8Array<ArrayBuffer> {
  if (bytes.length < 8) return Uint8Array.of(draw.integer(256), ...bytes);
  // Half of the changes are near the start, where the structure is.
  const range = draw.integer(2) === 0 ? Math.min(256, bytes.length) : bytes.length;
  const at = draw.integer(range);
  const length = 1 + draw.integer(Math.min(64, bytes.length - at));
  const piece = bytes.slice(at, at + length);
  switch (draw.integer(7)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << draw.integer(8));
      return bytes;
    case 1:
      bytes[at] = draw.integer(256);
      return bytes;
    case 2: {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const word = words[draw.integer(words.length)] ?? 0;
      view.setUint32(Math.min(at, bytes.length - 4), word, draw.integer(2) === 0);
      return bytes;
    }
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 4:
      return joined(bytes.subarray(0, at), piece, bytes.subarray(at));
    case 5:
      bytes.set(piece, draw.integer(bytes.length - piece.length + 1));
      return bytes;
    default:
      return joined(
        bytes.subarray(0, at),
        Uint8Array.from({ length: 1 + draw.integer(16) }, () => draw.integer(256)),
        bytes.subarray(at),
      );
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
