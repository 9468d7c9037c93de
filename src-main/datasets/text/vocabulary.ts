import { CellsmithError } from '../../../src-shared/errors';

/** Numbers of the two entries that every table has. */
export const eosNumber = 0;
export const unkNumber = 1;
/** The end of a line, as in Mikolov's Penn Treebank. */
export const eos = '<eos>';
/** Any word that is not in the vocabulary. */
export const unk = '<unk>';

/** Maximum number of distinct words: bounds the memory for a text. */
const maximumTypes = 2_000_000;

/** Numbers the different tokens of a text in the order in which they first occur. */
export class TypeTable {
  readonly texts: string[] = [eos, unk];
  readonly #numbers = new Map<string, number>([
    [eos, eosNumber],
    [unk, unkNumber],
  ]);

  /** @throws CellsmithError data.not-recognised when there are more than `maximumTypes` */
  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.texts.length;
    if (number >= maximumTypes) {
      throw new CellsmithError(
        'data.not-recognised',
        `The text has more than ${maximumTypes} different words: it is not a natural language, or its words are not separated. Read it at character level, or choose another text.`,
      );
    }
    // copied: a slice would keep the whole piece of text in memory
    const own = Buffer.from(text).toString();
    this.texts.push(own);
    this.#numbers.set(own, number);
    return number;
  }
}

/** The entries of a vocabulary and the id of every observed type. */
export interface Vocabulary {
  /** Most frequent first; of the same frequency, in the order of their code points. */
  readonly tokens: readonly string[];
  /** Frequency of each in the training split, rarer words counted as `<unk>`. */
  readonly counts: readonly number[];
  /** int32 [types]: id of every number of the type table, `<unk>`'s for those outside the vocabulary. */
  readonly ids: Int32Array;
  readonly unknownId: number;
  readonly endOfLineId: number;
  /** Different tokens of the training split before the limit. */
  readonly distinct: number;
}

/**
 * The vocabulary of a training split. `<eos>` and `<unk>` always are in it: what a child meets after training must have an id.
 * Ids go by frequency, as in the usual readers of Penn Treebank.
 * @param texts the types by their numbers
 * @param counts frequency of each in the training split
 * @param limit entries at most; null for none
 */
export function makeVocabulary(
  texts: readonly string[],
  counts: Float64Array,
  limit: number | null,
): Vocabulary {
  const numbers: number[] = [];
  let distinct = 0;
  for (let number = 0; number < texts.length; number++) {
    if ((counts[number] ?? 0) > 0) distinct += 1;
    if (number !== eosNumber && number !== unkNumber && (counts[number] ?? 0) > 0) numbers.push(number);
  }
  const order = (a: { count: number; text: string }, b: { count: number; text: string }): number =>
    b.count - a.count || compareCodePoints(a.text, b.text);
  const entry = (number: number) => ({ number, count: counts[number] ?? 0, text: texts[number] ?? '' });
  const words = numbers.map(entry).sort(order);
  const kept = words.slice(0, limit === null ? words.length : Math.max(0, limit - 2));
  const dropped = words.slice(kept.length).reduce((sum, { count }) => sum + count, 0);
  const unknown = { number: unkNumber, count: (counts[unkNumber] ?? 0) + dropped, text: unk };
  const entries = [...kept, entry(eosNumber), unknown].sort(order);
  const unknownId = entries.indexOf(unknown);
  const ids = new Int32Array(texts.length).fill(unknownId);
  entries.forEach(({ number }, id) => (ids[number] = id));
  return {
    tokens: entries.map(({ text }) => text),
    counts: entries.map(({ count }) => count),
    ids,
    unknownId,
    endOfLineId: ids[eosNumber] ?? 0,
    distinct,
  };
}

/** As bytes of UTF-8 compare: the same on every machine, and as other languages do it. */
function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  for (let i = 0; i < a.length && i < b.length;) {
    const left = a.codePointAt(i) ?? 0;
    const right = b.codePointAt(i) ?? 0;
    if (left !== right) return left - right;
    i += left > 0xffff ? 2 : 1;
  }
  return a.length - b.length;
}
