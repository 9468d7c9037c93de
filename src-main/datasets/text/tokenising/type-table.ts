import { CellsmithError } from '../../../../src-shared/errors';

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
