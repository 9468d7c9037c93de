import type { WordRule } from '../../../../src-shared/dataset/text-options';
import { alone, beginsPair, classify, classTable, inWord, joiner, lineEnd } from './character-classes';
import type { TokenSink, Tokeniser } from './token-sink';

/** UTF-16 code units. Longer tokens are addresses or binary data, which would fill the vocabulary. */
export const longestWord = 1000;

/** Splits a text into words, independent of chunk boundaries and line lengths. */
export function wordTokeniser(rule: WordRule, sink: TokenSink): Tokeniser {
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
