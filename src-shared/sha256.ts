/** The first 32 bits of the fractional part of a positive number. */
const fraction = (value: number): number => Math.floor((value - Math.floor(value)) * 0x100000000) | 0;

const primes = [...Array(312).keys()].filter(
  (n) => n > 1 && [...Array(n).keys()].every((d) => d < 2 || n % d),
);
const startWords = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const roundWords = primes.slice(0, 64).map((prime) => fraction(Math.cbrt(prime)));

/**
 * SHA-256 (FIPS 180-4) of an ASCII text, as 64 hexadecimal digits. Here because this code runs where there is no crypto module,
 * or none that answers at once.
 * @throws {RangeError} for characters outside ASCII
 */
export function sha256(text: string): string {
  const words = paddedWords(text);
  const state = [...startWords];
  for (let block = 0; block < words.length; block += 16) compress(state, words.slice(block, block + 16));
  return state.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The text, a 1 bit, zeros, and its length in bits as 64: whole blocks of 16 words, big-endian. */
function paddedWords(text: string): number[] {
  const words = Array<number>((((text.length + 8) >> 6) + 1) * 16).fill(0);
  const put = (position: number, byte: number): void => {
    words[position >> 2] = (words[position >> 2] ?? 0) | (byte << (24 - 8 * (position & 3)));
  };
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position);
    if (code > 127) throw new RangeError('sha256 takes ASCII');
    put(position, code);
  }
  put(text.length, 0x80);
  words[words.length - 2] = Math.floor(text.length / 0x20000000);
  words[words.length - 1] = text.length << 3;
  return words;
}

/** Names as in the standard: w the message schedule, a to h the working variables. */
function compress(state: number[], w: number[]): void {
  const at = (words: readonly number[], index: number): number => words[index] ?? 0;
  for (let t = 16; t < 64; t++) {
    const [early, late] = [at(w, t - 15), at(w, t - 2)];
    const sigma0 = rotateRight(early, 7) ^ rotateRight(early, 18) ^ (early >>> 3);
    const sigma1 = rotateRight(late, 17) ^ rotateRight(late, 19) ^ (late >>> 10);
    w[t] = (at(w, t - 16) + sigma0 + at(w, t - 7) + sigma1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state as [number, number, number, number, number, number, number, number];
  for (let t = 0; t < 64; t++) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const sum0 = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
    const sum1 = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
    const first = (h + sum1 + choice + at(roundWords, t) + at(w, t)) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + sum0 + majority) | 0];
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries())
    state[index] = (at(state, index) + word) | 0;
}

function rotateRight(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
