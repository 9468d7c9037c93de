/** Lines of a held-out split that are compared at most: a bound on memory, far above the usual. */
const maximumLines = 2_000_000;

/** Compares the lines of held-out splits with those of the training split by their hashes. */
export class SharedLines {
  readonly #held = { valid: [] as number[], test: [] as number[] };
  readonly #wanted = new Set<number>();
  readonly #met = new Set<number>();

  /** Held-out lines come first … */
  hold(split: 'valid' | 'test', hash: number): void {
    if (this.#held[split].length >= maximumLines) return;
    this.#held[split].push(hash);
    this.#wanted.add(hash);
  }

  /** … then those of the training split, which are not kept. */
  meet(hash: number): void {
    if (this.#wanted.has(hash)) this.#met.add(hash);
  }

  /** How many lines of a split were compared, and how many of them the training split has too. */
  counts(split: 'valid' | 'test'): { shared: number; compared: number } {
    const lines = this.#held[split];
    return { shared: lines.filter((hash) => this.#met.has(hash)).length, compared: lines.length };
  }
}

/** A hash of 53 bits of the tokens of a line, as they come. */
export class LineHash {
  #low = 0x811c9dc5;
  #high = 0x9747b28c;

  add(number: number): void {
    this.#low = Math.imul(this.#low ^ number, 0x01000193) ^ (this.#low >>> 15);
    this.#high = Math.imul(this.#high + number, 0x85ebca6b) ^ (this.#high >>> 13);
  }

  /** The hash of the input since the last call. */
  take(): number {
    const hash = (this.#high >>> 11) * 2 ** 32 + (this.#low >>> 0);
    this.#low = 0x811c9dc5;
    this.#high = 0x9747b28c;
    return hash;
  }
}
