/**
 * A count with its noun: '1 image', '8 images'.
 * @param many the plural, and other words that change with the number
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
