import { isUtf8 } from 'node:buffer';
import { CellsmithError } from '../../../src-shared/errors';

/**
 * Text from the bytes of one file, in pieces that never part a character: UTF-8, or UTF-16 where a byte order mark says so. The
 * mark is dropped, CR LF and CR become LF, and the last line ends like all others.
 * @param shown what to call the file in errors
 * @throws CellsmithError data.damaged, with the byte, for anything else
 */
export async function* decodeText(chunks: AsyncIterable<Uint8Array>, shown: string): AsyncGenerator<string> {
  let decoder: Decoder | undefined;
  let held = Buffer.alloc(0);
  const lines = new LineEnds();

  for await (const chunk of chunks) {
    held = held.length === 0 ? asBuffer(chunk) : Buffer.concat([held, chunk]);
    if (decoder === undefined) {
      if (held.length < headBytes) continue;
      [decoder, held] = chooseDecoder(held, shown);
    }
    const { text, taken } = decoder.decode(held);
    held = held.subarray(taken);
    const plain = lines.plain(text);
    if (plain !== '') yield plain;
  }
  if (decoder === undefined) [decoder, held] = chooseDecoder(held, shown);
  const { text, taken } = decoder.decode(held);
  if (taken < held.length) throw decoder.cutOff();
  const plain = lines.plain(text);
  if (plain !== '') yield plain;
  if (lines.isOpen) yield '\n';
}

/** Makes line ends one and the same. A CR at the end of a piece waits for the LF that may follow. */
class LineEnds {
  #waiting = false;
  #ended = true;

  plain(text: string): string {
    const all = this.#waiting ? `\r${text}` : text;
    this.#waiting = all.endsWith('\r');
    const whole = this.#waiting ? all.slice(0, -1) : all;
    const lines = whole.includes('\r') ? whole.replace(/\r\n?/g, '\n') : whole;
    if (lines !== '') this.#ended = lines.endsWith('\n');
    return lines;
  }

  /** Whether the last line has not been ended. */
  get isOpen(): boolean {
    return this.#waiting || !this.#ended;
  }
}

/** Takes as many whole characters as there are. */
interface Decoder {
  decode(bytes: Buffer): { text: string; taken: number };
  cutOff(): CellsmithError;
}

/** Enough to tell UTF-16 without a byte order mark from binary data. */
const headBytes = 64;

/** @returns the decoder, and the bytes after the mark */
function chooseDecoder(bytes: Buffer, shown: string): [Decoder, Buffer<ArrayBuffer>] {
  const begins = (...mark: number[]): boolean => mark.every((byte, i) => bytes[i] === byte);
  const after = (length: number): Buffer<ArrayBuffer> => Buffer.from(bytes.subarray(length));
  if (begins(0xff, 0xfe, 0, 0) || begins(0, 0, 0xfe, 0xff)) throw utf32(shown);
  if (begins(0xff, 0xfe)) return [utf16Decoder(shown, false), after(2)];
  if (begins(0xfe, 0xff)) return [utf16Decoder(shown, true), after(2)];
  if (begins(0xef, 0xbb, 0xbf)) return [utf8Decoder(shown, 3), after(3)];
  return [utf8Decoder(shown, 0), after(0)];
}

function utf8Decoder(shown: string, start: number): Decoder {
  let offset = start;
  return {
    decode: (bytes) => {
      const whole = bytes.subarray(0, bytes.length - unfinished(bytes));
      const zero = whole.indexOf(0);
      if (zero >= 0) throw binary(shown, offset + zero, whole);
      if (!isUtf8(whole)) throw notUtf8(shown, offset + firstInvalid(whole));
      offset += whole.length;
      return { text: whole.toString('utf8'), taken: whole.length };
    },
    cutOff: () => notUtf8(shown, offset),
  };
}

function utf16Decoder(shown: string, bigEndian: boolean): Decoder {
  let offset = 2;
  return {
    decode: (bytes) => {
      const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
      let text = (bigEndian ? Buffer.from(even).swap16() : even).toString('utf16le');
      const last = text.charCodeAt(text.length - 1);
      if (last >= 0xd800 && last < 0xdc00) text = text.slice(0, -1);
      const bad = text.search(/\p{Surrogate}|\0/u);
      if (bad >= 0) {
        throw new CellsmithError(
          'data.damaged',
          `${shown} is not valid UTF-16 at byte ${offset + 2 * bad}. Open it in a program that can read it and save it as UTF-8.`,
        );
      }
      offset += 2 * text.length;
      return { text, taken: 2 * text.length };
    },
    cutOff: () =>
      new CellsmithError(
        'data.damaged',
        `${shown} ends in the middle of a character, at byte ${offset} (UTF-16). Its end is missing; download it again.`,
      ),
  };
}

/** Bytes at the end that begin a character of UTF-8 without ending it. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const length = sequenceLength(bytes[bytes.length - back] ?? 0);
    if (length === 0) continue;
    return length > back ? back : 0;
  }
  return 0;
}

/** Length of the UTF-8 sequence that a lead byte starts; 0 for continuation and invalid bytes. */
function sequenceLength(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte >= 0xc2 && byte < 0xe0) return 2;
  if (byte >= 0xe0 && byte < 0xf0) return 3;
  return byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
}

/** Offset of the first invalid UTF-8 sequence, found by decoding and re-encoding. */
function firstInvalid(bytes: Buffer): number {
  const again = Buffer.from(bytes.toString('utf8'));
  let at = 0;
  while (at < bytes.length && bytes[at] === again[at]) at += 1;
  // the replacement character may begin with the same bytes as the sequence that it replaces
  for (let back = 1; back <= Math.min(3, at); back++) {
    if (sequenceLength(bytes[at - back] ?? 0) > back) return at - back;
  }
  return at;
}

function notUtf8(shown: string, offset: number): CellsmithError {
  return new CellsmithError(
    'data.damaged',
    `${shown} is not valid UTF-8 at byte ${offset}. If it is in another encoding, save it as UTF-8 (for example: iconv -f WINDOWS-1252 -t UTF-8); otherwise download it again.`,
  );
}

function binary(shown: string, offset: number, bytes: Uint8Array): CellsmithError {
  const looked = bytes.subarray(0, 4096);
  const zeros = [0, 0];
  looked.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const wide = Math.max(even, odd) > looked.length / 8 && Math.min(even, odd) < Math.max(even, odd) / 8;
  return new CellsmithError(
    'data.damaged',
    wide
      ? `${shown} looks like UTF-16 without a byte order mark (byte ${offset} is 0). Save it as UTF-8.`
      : `${shown} is not a text: byte ${offset} is 0, which occurs only in binary files. Remove it from the data set.`,
  );
}

function utf32(shown: string): CellsmithError {
  return new CellsmithError(
    'data.damaged',
    `${shown} is in UTF-32, which is not supported. Save it as UTF-8.`,
  );
}

function asBuffer(bytes: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
}
