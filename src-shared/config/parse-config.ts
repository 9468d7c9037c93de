import type { z } from 'zod';
import { CellsmithError } from '../errors';
import { migrateConfig } from './migrations';
import { optionValues } from './options/option-values';
import { withoutPasswords } from './queue-url';
import { searchConfigSchema, type SearchConfig } from './search-config';

/** So many of what is wrong are told at a time, and so much of each value and name, in characters: a file may be anything. */
const mostSentences = 50;
const longestShown = 200;

/**
 * A configuration from outside: of a file, a stored run, the window.
 * @throws {CellsmithError} 'config.invalid' with one sentence for each option that is wrong, 'run.newer-version'
 */
export function parseConfig(value: unknown): SearchConfig {
  const current = migrateConfig(value);
  const result = searchConfigSchema.safeParse(current);
  if (result.success) return result.data;
  const sentences = result.error.issues
    .slice(0, mostSentences)
    .flatMap((issue) => sentencesOf(issue, current));
  throw new CellsmithError('config.invalid', sentences.join('\n'), { cause: result.error });
}

/** The dotted path of the option that is spelled most like `path`, if any comes near. */
export function similarOption(path: string): string | undefined {
  if (path.length > longestShown) return undefined;
  const last = path.split('.').at(-1) ?? path;
  const near = [...optionValues().keys()]
    .map((option) => {
      const sameName = option.split('.').at(-1) === last;
      return { option, distance: sameName ? 1 : editDistance(option, path) };
    })
    .sort((a, b) => a.distance - b.distance)[0];
  return near && near.distance <= Math.max(2, path.length / 4) ? near.option : undefined;
}

function sentencesOf(issue: z.core.$ZodIssue, input: unknown): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, mostSentences).map((key) => {
      const unknown = [...path, key].join('.');
      const similar = similarOption(unknown);
      return `${shortened(unknown)} is not an option here${similar === undefined ? '.' : `; did you mean ${similar}?`}`;
    });
  const value = path.reduce<unknown>(
    (group, key) => (group as Record<string, unknown> | null | undefined)?.[key],
    input,
  );
  // What may stand in a list is said of the list.
  const option = path.filter((key) => !/^\d+$/.test(key));
  const inList = option.length < path.length;
  const given =
    value === undefined
      ? 'is missing'
      : inList
        ? `has ${shownValue(value)} in it`
        : `is ${withoutPasswords(shownValue(value))}`;
  const wanted =
    issue.code === 'custom'
      ? issue.message
      : `must be ${optionValues().get(option.join('.'))?.allowed ?? 'a group of options'}`;
  return [`${option.join('.')} ${wanted}, but ${given}.`];
}

/** A value as a sentence shows it. */
function shownValue(value: unknown): string {
  try {
    return shortened(JSON.stringify(value));
  } catch {
    // It is nested deeper than there is room to write it.
    return 'a group of many groups';
  }
}

function shortened(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

/** Levenshtein's distance: letters to insert, delete or replace. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
