import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextReading } from '../../../src-shared/tasks/text/text-description';
import { tokeniserFor } from './tokeniser';

/** What a tokeniser makes of a text in pieces; line ends as '\n', words that are too long as null. */
function tokens(reading: Pick<TextReading, 'level' | 'words'>, pieces: readonly string[]): (string | null)[] {
  const found: (string | null)[] = [];
  const tokeniser = tokeniserFor(
    { ...reading, vocabularyLimit: null, lowerCase: false },
    {
      token: (text) => found.push(text),
      lineEnd: () => found.push('\n'),
      overlong: () => found.push(null),
    },
  );
  for (const piece of pieces) tokeniser.push(piece);
  return found;
}

const byWord = (words: TextReading['words'], ...pieces: string[]) => tokens({ level: 'word', words }, pieces);

/** White space of Python's str.split(), as its documentation lists it. */
const pythonSpace = '\t\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2005\u200a\u2028\u2029\u202f\u205f\u3000';

const characters = fc.oneof(
  fc.constantFrom(
    ...Array.from(pythonSpace),
    '\n',
    'a',
    'é',
    '𝄞',
    '中',
    '.',
    "'",
    '-',
    '’',
    '😀',
    '\u200b',
    '\ufeff',
  ),
  fc.constantFrom('it', "'s", ' - ', '--', '\n\n'),
);
const pieces = fc.array(fc.array(characters, { maxLength: 5 }).map((parts) => parts.join('')));

describe('words split at white space', () => {
  it('are those of a split of the whole text, line by line, for any chunking', () => {
    const space = new RegExp(`[${pythonSpace}]+`, 'u');
    fc.assert(
      fc.property(pieces, (parts) => {
        const lines = `${parts.join('')}\n`.split('\n').slice(0, -1);
        const expected = lines.flatMap((line) => [...line.split(space).filter((word) => word !== ''), '\n']);
        expect(byWord('spaces', ...parts, '\n')).toEqual(expected);
      }),
    );
  });
});

describe('words split at punctuation', () => {
  it.each([
    ["it's a well-known fact.\n", ["it's", 'a', 'well-known', 'fact', '.', '\n']],
    ["'Tis -- yes, o' course\n", ["'", 'Tis', '-', '-', 'yes', ',', 'o', "'", 'course', '\n']],
    ['Ärger, naïveté; e\u0301tude!\n', ['Ärger', ',', 'naïveté', ';', 'e\u0301tude', '!', '\n']],
    ['das ist 中文 und かな\n', ['das', 'ist', '中', '文', 'und', 'か', 'な', '\n']],
    ['𝔘nicode 😀😀 a\u200bb\n', ['𝔘nicode', '😀', '😀', 'a\u200bb', '\n']],
    ['don’t\n\n(3.14)\n', ['don’t', '\n', '\n', '(', '3', '.', '14', ')', '\n']],
  ])('%j', (text, expected) => {
    expect(byWord('punctuation', text)).toEqual(expected);
  });

  it('do not depend on the pieces that a text comes in, and lose nothing but white space', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const whole = `${parts.join('')}\n`;
        const found = byWord('punctuation', ...parts, '\n');
        expect(found).toEqual(byWord('punctuation', whole));
        const space = new RegExp(`[${pythonSpace}]`, 'gu');
        expect(found.join('')).toBe(whole.replaceAll(space, ''));
      }),
    );
  });
});

describe('lines and words of a million characters', () => {
  it('are words as others are, and one too long for a word is one unknown word', () => {
    const line = 'lorem ipsum '.repeat(100_000);
    expect(byWord('spaces', line, '\n')).toHaveLength(200_001);
    const parts = Array.from({ length: 100 }, () => 'x'.repeat(10_000));
    expect(byWord('spaces', 'a ', ...parts, ' b\n')).toEqual(['a', null, 'b', '\n']);
    expect(byWord('punctuation', 'a,', ...parts, '.b\n')).toEqual(['a', ',', null, '.', 'b', '\n']);
    expect(byWord('spaces', `${'y'.repeat(1000)} ${'y'.repeat(1001)}\n`)).toEqual([
      'y'.repeat(1000),
      null,
      '\n',
    ]);
  });
});

describe('characters', () => {
  it('of plain text are its code points, white space among them', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const whole = parts.join('');
        expect(tokens({ level: 'character', words: 'punctuation' }, parts)).toEqual(Array.from(whole));
      }),
    );
  });

  it('of prepared text are those of the words with one space between two', () => {
    const space = new RegExp(`[${pythonSpace}]+`, 'u');
    fc.assert(
      fc.property(pieces, (parts) => {
        const lines = `${parts.join('')}\n`.split('\n').slice(0, -1);
        const joined = lines.map((line) =>
          line
            .split(space)
            .filter((word) => word !== '')
            .join(' '),
        );
        const expected = joined.flatMap((line) => [...Array.from(line), '\n']);
        expect(tokens({ level: 'character', words: 'spaces' }, [...parts, '\n'])).toEqual(expected);
      }),
    );
  });
});
