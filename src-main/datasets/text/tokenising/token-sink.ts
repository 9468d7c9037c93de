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
