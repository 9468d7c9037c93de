/** Four 32-bit words: all that there is to know of a generator. Plain data, stored in checkpoints as it is. */
export type GeneratorState = readonly [number, number, number, number];

/**
 * A seeded generator of random numbers, xoshiro128** (Blackman & Vigna, 2018), seeded through splitmix32.
 * Every draw of the product comes from one of these, so that a stored state resumes the same sequence.
 * Seed 0 is a seed like any other.
 */
export class Generator {
  #state: [number, number, number, number];

  private constructor(state: GeneratorState) {
    this.#state = [...state];
  }

  /**
   * @param seed an integer; only its value modulo 2^32 counts
   * @param stream names an independent sequence of the same seed ('split', 'controller', …)
   */
  static seeded(seed: number, stream = ''): Generator {
    let word = seed >>> 0;
    for (let i = 0; i < stream.length; i++)
      word = (Math.imul(word ^ stream.charCodeAt(i), 0x01000193) + 1) >>> 0;
    const next = (): number => {
      word = (word + 0x9e3779b9) >>> 0;
      let z = word;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return (z ^ (z >>> 15)) >>> 0;
    };
    return new Generator([next(), next(), next(), next()]);
  }

  static fromState(state: GeneratorState): Generator {
    return new Generator(state);
  }

  get state(): GeneratorState {
    return [...this.#state];
  }

  set state(state: GeneratorState) {
    this.#state = [...state];
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const s = this.#state;
    const scrambled = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotateLeft(s[3], 11);
    return scrambled;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
  }

  /** An integer in [0, bound), without modulo bias. */
  integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 0x100000000) throw new RangeError(`bound ${bound}`);
    const limit = 0x100000000 - (0x100000000 % bound);
    for (;;) {
      const draw = this.uint32();
      if (draw < limit) return draw % bound;
    }
  }

  /** A standard normal deviate (Box–Muller; the second of the pair is dropped, so the state is all there is). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles in place (Fisher–Yates) and returns its argument. */
  shuffle<T extends { readonly length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
    return items;
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
