/**
 * A count with its noun: '1 image', '8 images'.
 * @param many the noun, and what else is said otherwise, of any other number
 * @param written how the number is written
 */
export function counted(
  count: number,
  one: string,
  many = `${one}s`,
  written: (count: number) => string = String,
): string {
  return `${written(count)} ${count === 1 ? one : many}`;
}
