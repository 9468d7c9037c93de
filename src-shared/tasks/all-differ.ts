/** For lists of options: every value once. */
export const allDiffer = (values: readonly unknown[]): boolean => new Set(values).size === values.length;
