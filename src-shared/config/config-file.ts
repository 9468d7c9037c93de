import { CellsmithError, errorMessage } from '../errors';
import { mergeOverrides } from './options/overrides';
import { parseConfig } from './parse-config';
import { findPreset } from './presets/presets';
import type { SearchConfig } from './search-config';

/** Larger files are no configurations; bytes. */
export const largestConfigFile = 1024 * 1024;

/** The options that a file holds: a whole configuration, or those that differ from a preset. */
export type ConfigFile = Readonly<Record<string, unknown>>;

/**
 * @param text of the file
 * @param shown its path, for messages
 * @throws CellsmithError 'config.invalid'
 */
export function parseConfigFile(text: string, shown: string): ConfigFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new CellsmithError('config.invalid', `${shown} is not JSON: ${errorMessage(error)}.`, {
      cause: error,
    });
  }
  if (isGroup(json)) return json;
  throw new CellsmithError(
    'config.invalid',
    `${shown} must hold a group of options: {"recipe": {"epochs": 3}}.`,
  );
}

/**
 * The configuration that a file means: a whole one as it is; one in part over the preset.
 * @param preset in place of the one that the file names; the demo where neither names one
 * @throws CellsmithError 'config.invalid'
 */
export function configOfFile(file: ConfigFile, preset?: string): SearchConfig {
  if ('version' in file) return parseConfig(file);
  const named = preset ?? (typeof file['preset'] === 'string' ? file['preset'] : 'demo');
  return mergeOverrides(findPreset(named).config, file);
}

/** Whether a text is that of a configuration rather than of anything else that is JSON. */
export function looksLikeConfig(text: string): boolean {
  try {
    const json: unknown = JSON.parse(text);
    return (
      isGroup(json) &&
      ['space', 'controller', 'recipe', 'budget', 'preset'].some((group) => group in json) &&
      !('architecture' in json)
    );
  } catch {
    return false;
  }
}

function isGroup(value: unknown): value is ConfigFile {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
