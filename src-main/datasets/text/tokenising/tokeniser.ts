import type { TextReading } from '../../../../src-shared/dataset/text-options';
import { beginsPair, classTable, space } from './character-classes';
import type { TokenSink, Tokeniser } from './token-sink';
import { wordTokeniser } from './word-tokeniser';

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
