/** The decimal logarithm of a positive number of any size. */
export function log10OfBigInt(value: bigint): number {
  const digits = value.toString();
  return Math.log10(Number(digits.slice(0, 15))) + Math.max(digits.length - 15, 0);
}
