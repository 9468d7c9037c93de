import { CellsmithError } from '../../errors';
import { similarOption } from '../parse-config';
import { allOptions } from './options';
import { overridesAt, type Overrides } from './overrides';
import { valueOfText } from './values';

/**
 * The overrides that settings of the command line mean, such as `recipe.epochs=3`, `space.filters=24,36` or `recipe.timeLimit=null`.
 * @throws {CellsmithError} 'config.invalid' for a setting of another form and for options that do not exist
 */
export function parseSettings(settings: readonly string[]): Overrides {
  return overridesAt(settings.map(parseSetting));
}

function parseSetting(setting: string): readonly [path: string, value: unknown] {
  const [, path = '', text = ''] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
  if (path === '')
    throw new CellsmithError(
      'config.invalid',
      `'${setting}' sets nothing: write option=value, such as recipe.epochs=3.`,
    );
  const option = allOptions().get(path.trim());
  if (!option) {
    const similar = similarOption(path.trim());
    const hint = similar === undefined ? '' : ` Did you mean ${similar}?`;
    throw new CellsmithError('config.invalid', `There is no option '${path.trim()}'.${hint}`);
  }
  return [option.path, valueOfText(option, withoutJson(text.trim(), option.isList))];
}

/** A value as JSON writes it, without the signs that `--set` does not need: the brackets of a list, the quotes of a text. */
function withoutJson(text: string, isList: boolean): string {
  if (isList)
    return text
      .replace(/^\[(.*)\]$/s, '$1')
      .split(',')
      .map((item) => withoutJson(item.trim(), false))
      .join();
  try {
    const value: unknown = text.startsWith('"') ? JSON.parse(text) : text;
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}
