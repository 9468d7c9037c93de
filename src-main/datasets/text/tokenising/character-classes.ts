import type { WordRule } from '../../../../src-shared/dataset/text-options';

/** What a character does to the word that it meets. */
export const space = 0;
export const lineEnd = 1;
/** Part of a word. */
export const inWord = 2;
/** Part of a word between two others that are (it's, well-known), else a separate word. */
export const joiner = 3;
/** A separate word: punctuation, symbols, and the characters of scripts that put no spaces between words. */
export const alone = 4;

/** White space as Python's str.split() knows it, by which published corpora are counted. */
const whiteSpace = /[\t\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
/** The separators of files, groups, records and units, which it takes for white space too. */
const separators: readonly string[] = [0x1c, 0x1d, 0x1e, 0x1f].map((code) => String.fromCharCode(code));
const wordLike = /[\p{L}\p{N}\p{M}\p{Cf}]/u;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const joiners = /['’‐-]/;

/** The class of a character by a rule. */
export function classify(character: string, rule: WordRule): number {
  if (character === '\n') return lineEnd;
  if (whiteSpace.test(character) || separators.includes(character)) return space;
  if (rule === 'spaces') return inWord;
  if (joiners.test(character)) return joiner;
  return wordLike.test(character) && !unspaced.test(character) ? inWord : alone;
}

const tables = new Map<WordRule, Uint8Array>();

/** uint8 [65536]: the classes of all UTF-16 code units. Surrogates mean nothing by themselves: use `classify`. */
export function classTable(rule: WordRule): Uint8Array {
  let table = tables.get(rule);
  if (!table) {
    table = Uint8Array.from({ length: 0x10000 }, (_, code) => classify(String.fromCharCode(code), rule));
    tables.set(rule, table);
  }
  return table;
}

/** Whether a code unit begins a pair. Decoded pieces never part one. */
export function beginsPair(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}
