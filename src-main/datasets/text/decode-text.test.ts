import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellsmithError } from '../../../src-shared/errors';
import { decodeText } from './decode-text';

/** Cuts bytes into pieces of the given lengths, over and over; length 0 gives an empty piece. */
async function* cut(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  const some = lengths.some((length) => length > 0) ? lengths : [1 << 20];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = some[i % some.length] ?? 1;
    yield bytes.slice(at, at + length);
    at += length;
  }
}

async function decode(bytes: Uint8Array, lengths: readonly number[] = []): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of decodeText(cut(bytes, lengths), 'a.txt')) {
    expect(piece).not.toMatch(/\p{Surrogate}/u);
    pieces.push(piece);
  }
  return pieces.join('');
}

/** What Python's universal newlines make of a text, with an end for the last line. */
function asLines(text: string): string {
  const plain = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  return plain === '' || plain.endsWith('\n') ? plain : `${plain}\n`;
}

const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('\r', '\n', '\r\n', ' ', 'é', '€', '𝄞', '\uFFFD', '\u2028'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
  )
  .map((parts) =>
    parts
      .join('')
      .replaceAll('\0', '')
      .replace(/^\uFEFF+/, ''),
  );
const lengths = fc.array(fc.nat(5), { maxLength: 4 });

describe('decoding', () => {
  it('gives the same text for any chunking of the bytes, with normalised line ends', async () => {
    await fc.assert(
      fc.asyncProperty(text, lengths, fc.boolean(), async (original, sizes, mark) => {
        const bytes = Buffer.from((mark ? '\uFEFF' : '') + original);
        expect(await decode(bytes, sizes)).toBe(asLines(original));
      }),
    );
  });

  it('reads UTF-16 of either byte order where a mark says so', async () => {
    await fc.assert(
      fc.asyncProperty(text, lengths, fc.boolean(), async (original, sizes, big) => {
        const bytes = Buffer.from(`\uFEFF${original}`, 'utf16le');
        expect(await decode(big ? bytes.swap16() : bytes, sizes)).toBe(asLines(original));
      }),
    );
  });

  it('finds the very byte at which a text stops being UTF-8, as a strict decoder of every prefix does', async () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const isBeginning = (bytes: Uint8Array): boolean => {
      try {
        strict.decode(bytes, { stream: true });
        return true;
      } catch {
        return false;
      } finally {
        try {
          strict.decode();
        } catch {
          // an unfinished character is no matter here
        }
      }
    };
    const isWhole = (bytes: Uint8Array): boolean => {
      try {
        strict.decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    const hostile = fc
      .array(
        fc.oneof(
          fc.constantFrom([0xc3, 0xa9], [0xe2, 0x82, 0xac], [0xf0, 0x9d, 0x84, 0x9e], [0xef, 0xbf, 0xbd]),
          fc.constantFrom(
            [0xef, 0xbf],
            [0xc0, 0x80],
            [0xed, 0xa0, 0x80],
            [0xf4, 0x90],
            [0x80],
            [0xff],
            [0xf0],
          ),
          fc.constant([0x41]),
        ),
        { maxLength: 8 },
      )
      .map((parts) => Uint8Array.from([0x61, 0x62, 0x63, 0x64, ...parts.flat()]));
    await fc.assert(
      fc.asyncProperty(hostile, lengths, async (bytes, sizes) => {
        let bad = 0;
        while (bad < bytes.length && isBeginning(bytes.subarray(0, bad + 1))) bad += 1;
        // where the character begins that went wrong
        let start = bad;
        while (start > 0 && !isWhole(bytes.subarray(0, start))) start -= 1;
        const work = decode(bytes, sizes);
        if (isWhole(bytes)) expect(await work).toBe(asLines(new TextDecoder().decode(bytes)));
        else {
          await expect(work).rejects.toThrow(
            new RegExp(`a\\.txt is not valid UTF-8 at byte ${start}\\. If it is in another encoding`),
          );
        }
      }),
    );
  });

  it.each([
    ['a binary file', Buffer.from('GIF89a\x01\x00\x02\x03'), /not a text: byte 7 is 0/],
    [
      'UTF-16 without a mark',
      Buffer.from('Once upon a time', 'utf16le'),
      /UTF-16 without a byte order mark \(byte 1/,
    ],
    [
      'UTF-16 without a mark, the other way',
      Buffer.from('Once upon', 'utf16le').swap16(),
      /UTF-16 without .*byte 0/,
    ],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]), /UTF-32/],
    [
      'half a pair of UTF-16',
      Buffer.from([0xff, 0xfe, 0x41, 0, 0, 0xdc, 0x42, 0]),
      /not valid UTF-16 at byte 4/,
    ],
    ['UTF-16 that is cut off', Buffer.from([0xff, 0xfe, 0x41, 0, 0x42]), /ends in the middle .* byte 4/],
    ['Latin-1', Buffer.from('caf\xe9 noir', 'latin1'), /byte 3\..*iconv -f WINDOWS-1252 -t UTF-8/],
  ])('says of %s what it is and where', async (_, bytes, message) => {
    for (const sizes of [[], [1], [3]]) {
      await expect(decode(bytes, sizes)).rejects.toThrow(message);
      await expect(decode(bytes, sizes)).rejects.toMatchObject({ code: 'data.damaged' });
    }
  });

  it('never throws anything but an error made for the user', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), lengths, async (bytes, sizes) => {
        const result = await decode(bytes, sizes).catch((error: unknown) => error);
        expect(typeof result === 'string' || result instanceof CellsmithError).toBe(true);
      }),
    );
  });
});
