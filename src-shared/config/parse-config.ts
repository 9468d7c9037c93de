import type { z } from 'zod';
import { CellsmithError } from '../errors';
import { migrateConfig } from './migrations';
import { allOptions, optionsOf } from './options/options';
import { nearest } from './options/values';
import { withoutPasswords } from './queue-url';
import { searchConfigSchema, type SearchConfig } from './search-config';

/** How many problems are listed, and how much of each value and name, in characters: a file may be anything. */
const mostProblems = 50;
const longestShown = 200;

/** What is wrong with one option. */
export interface Problem {
  /** Dotted path of the option; '' for the configuration as a whole. */
  readonly path: string;
  /** What follows the path in a sentence, without its full stop: 'must be true or false, but is "yes"'. */
  readonly message: string;
}

/** A configuration that was refused; its message has a sentence for each problem. */
export class InvalidConfig extends CellsmithError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: { cause?: unknown }) {
    super('config.invalid', problems.map(problemSentence).join('\n'), options);
    this.problems = problems;
  }
}

/** A problem as a sentence. */
function problemSentence({ path, message }: Problem): string {
  const sentence = path === '' ? message : `${path} ${message}`;
  return /[.?]$/.test(sentence) ? sentence : `${sentence}.`;
}

type ConfigCheck =
  | { readonly config: SearchConfig; readonly problems: readonly [] }
  | { readonly config: null; readonly problems: readonly Problem[] };

/** A configuration of this version, or what is wrong with it. */
export function checkConfig(value: unknown): ConfigCheck {
  const result = searchConfigSchema.safeParse(value);
  if (result.success) return { config: result.data, problems: [] };
  const allowed = new Map(optionsOf(value).map((option) => [option.path, option.allowed]));
  const problems = result.error.issues
    .slice(0, mostProblems)
    .flatMap((issue) => problemsOf(issue, value, allowed));
  return { config: null, problems };
}

/**
 * A configuration from outside: of a file, a stored run, the window.
 * @throws {InvalidConfig} 'config.invalid' naming each option that is wrong
 * @throws {CellsmithError} 'config.invalid' for what carries no version, 'run.newer-version'
 */
export function parseConfig(value: unknown): SearchConfig {
  const { config, problems } = checkConfig(migrateConfig(value));
  if (config !== null) return config;
  throw new InvalidConfig(problems);
}

/** The dotted path of the option that is spelled most like `path`, if any comes near. */
export function similarOption(path: string): string | undefined {
  return nearest(path, allOptions().keys());
}

function problemsOf(
  issue: z.core.$ZodIssue,
  input: unknown,
  allowed: ReadonlyMap<string, string>,
): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, mostProblems).map((key) => {
      const unknown = [...path, key].join('.');
      const similar = similarOption(unknown);
      return {
        path: shortened(unknown),
        message: `is not an option here${similar === undefined || similar === unknown ? '' : `; did you mean ${similar}?`}`,
      };
    });
  const value = path.reduce<unknown>(
    (group, key) => (group as Record<string, unknown> | null | undefined)?.[key],
    input,
  );
  // What may stand in a list is said of the list.
  const option = isGivenChild(path) ? path.join('.') : path.filter((key) => !/^\d+$/.test(key)).join('.');
  const inList = !isGivenChild(path) && /\.\d+$/.test(path.join('.'));
  const given =
    value === undefined
      ? 'is missing'
      : inList
        ? `has ${shownValue(value)} in it`
        : `is ${withoutPasswords(shownValue(value))}`;
  const wanted =
    issue.code === 'custom' ? issue.message : `must be ${allowed.get(option) ?? 'a group of options'}`;
  return [{ path: option, message: `${wanted}, but ${given}` }];
}

/** Whether a path leads into one of the given children, which are no list of values. */
function isGivenChild([group, list, place]: readonly string[]): boolean {
  return group === 'space' && list === 'children' && place !== undefined;
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
