import { z } from 'zod';

/** More characters than any list of ours has. */
const longest = 16 * 1024 * 1024;

/** What JSON of a column says, still to be checked by a schema; an issue of the row where it is none. @param column named by the issue */
export function parseJson(text: string, context: z.RefinementCtx, column?: string): unknown {
  try {
    if (text.length > longest) throw new RangeError('It is too long.');
    return JSON.parse(text);
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'is not JSON, or too long',
      ...(column !== undefined && { path: [column] }),
    });
    return z.NEVER;
  }
}

/** A text column that holds JSON, to be piped into a schema of what it says. */
export const jsonText = z.string().transform((text, context) => parseJson(text, context));
