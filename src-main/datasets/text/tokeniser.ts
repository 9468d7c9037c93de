import type { TextReading, WordRule } from '../../../src-shared/tasks/text/text-description';

/** Takes the tokens of a text in their order. */
export interface TokenSink {
  token(text: string): void;
  lineEnd(): void;
  /** A word of more characters than any word has. */
  overlong(): void;
}

/** Goes through a text as `decodeText` gives it; keeps no more of it than a word. */
export interface Tokeniser {
  push(text: string): void;
}

/** What parts a text into the tokens of a reading. */
export function tokeniserFor(reading: TextReading, sink: TokenSink): Tokeniser {
  if (reading.level === 'word') return wordTokeniser(reading.words, sink);
  return reading.words === 'spaces' ? trimmedCharacters(sink) : characters(sink);
}

/** Every character is a token, the end of a line its own. */
function characters(sink: TokenSink): Tokeniser {
  return {
    push: (text) => {
      for (const character of text) {
        if (character === '\n') sink.lineEnd();
        else sink.token(character);
      }
    },
  };
}

/** The characters of the words, with one space between two: where spaces only part words, their number means nothing. */
function trimmedCharacters(sink: TokenSink): Tokeniser {
  const classes = classTable('spaces');
  let begun = false;
  let spaced = false;
  return {
    push: (text) => {
      for (const character of text) {
        const code = character.charCodeAt(0);
        if (character === '\n') {
          sink.lineEnd();
          begun = false;
          spaced = false;
        } else if (!beginsPair(code) && classes[code] === space) {
          spaced = begun;
        } else {
          if (spaced) sink.token(' ');
          sink.token(character);
          begun = true;
          spaced = false;
        }
      }
    },
  };
}

/** UTF-16 code units. Longer tokens are addresses or binary data, which would fill the vocabulary. */
export const longestWord = 1000;

/** Splits a text into words, independent of chunk boundaries and line lengths. */
function wordTokeniser(rule: WordRule, sink: TokenSink): Tokeniser {
  const classes = classTable(rule);
  /** The beginning of a word that the last piece ended in. */
  let held = '';
  /** A joiner at the end of the last chunk: its meaning depends on the next character. */
  let waiting = '';

  const classAt = (text: string, at: number): number => {
    const code = text.charCodeAt(at);
    if (!beginsPair(code)) return classes[code] ?? inWord;
    return classify(String.fromCodePoint(text.codePointAt(at) ?? 0), rule);
  };
  const end = (part: string): void => {
    const length = held.length + part.length;
    if (length > longestWord) sink.overlong();
    else if (length > 0) sink.token(held + part);
    held = '';
  };

  return {
    push: (piece) => {
      const text = waiting + piece;
      waiting = '';
      let from = 0;
      for (let at = 0; at < text.length;) {
        const kind = classAt(text, at);
        const width = beginsPair(text.charCodeAt(at)) ? 2 : 1;
        if (kind === inWord) {
          at += width;
          continue;
        }
        const begun = held.length > 0 || at > from;
        if (kind === joiner && begun) {
          if (at + 1 === text.length) {
            waiting = text.slice(at);
            break;
          }
          if (classAt(text, at + 1) === inWord) {
            at += 1;
            continue;
          }
        }
        end(text.slice(from, at));
        if (kind === lineEnd) sink.lineEnd();
        else if (kind === alone || kind === joiner) sink.token(text.slice(at, at + width));
        at += width;
        from = at;
      }
      const rest = text.slice(from, text.length - waiting.length);
      // one character too many is enough to know that it is too long
      if (held.length <= longestWord) held += rest.slice(0, longestWord + 1);
    },
  };
}

/** What a character does to the word that it meets. */
const space = 0;
const lineEnd = 1;
/** Part of a word. */
const inWord = 2;
/** Part of a word between two others that are (it's, well-known), else a separate word. */
const joiner = 3;
/** A separate word: punctuation, symbols, and the characters of scripts that put no spaces between words. */
const alone = 4;

/** White space as Python's str.split() knows it, by which published corpora are counted. */
const whiteSpace = /[\t\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
/** The separators of files, groups, records and units, which it takes for white space too. */
const separators: readonly string[] = [0x1c, 0x1d, 0x1e, 0x1f].map((code) => String.fromCharCode(code));
const wordLike = /[\p{L}\p{N}\p{M}\p{Cf}]/u;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const joiners = /['’‐-]/;

/** The class of a character by a rule. */
function classify(character: string, rule: WordRule): number {
  if (character === '\n') return lineEnd;
  if (whiteSpace.test(character) || separators.includes(character)) return space;
  if (rule === 'spaces') return inWord;
  if (joiners.test(character)) return joiner;
  return wordLike.test(character) && !unspaced.test(character) ? inWord : alone;
}

const tables = new Map<WordRule, Uint8Array>();

/** uint8 [65536]: the classes of all UTF-16 code units. Surrogates mean nothing by themselves: use `classify`. */
function classTable(rule: WordRule): Uint8Array {
  let table = tables.get(rule);
  if (!table) {
    table = Uint8Array.from({ length: 0x10000 }, (_, code) => classify(String.fromCharCode(code), rule));
    tables.set(rule, table);
  }
  return table;
}

/** Whether a code unit begins a pair. Decoded pieces never part one. */
function beginsPair(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}
