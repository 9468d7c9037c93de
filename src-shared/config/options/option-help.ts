import type { OptionText } from './option-text';
import { optionTexts } from './option-texts';
import { optionValues, type OptionValues } from './option-values';
import type { SearchConfig } from '../search-config';

/** All that there is to say of an option, beside its value in a configuration. */
export interface OptionHelp extends OptionText, OptionValues {
  /** Dotted, as `--set` takes it. */
  readonly path: string;
  /** Undefined where the configuration has no such option: the size of a pooling that there is not. */
  readonly value: unknown;
}

/** The options of a configuration in the order of its schema, explained. The version is none that anyone sets. */
export function optionHelp(config: SearchConfig): OptionHelp[] {
  return [...optionValues()].flatMap(([path, values]) => {
    const text = optionTexts[path];
    return path === 'version' || !text ? [] : [{ path, ...text, ...values, value: valueAt(config, path) }];
  });
}

function valueAt(config: SearchConfig, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((group, key) => (group as Record<string, unknown> | undefined)?.[key], config);
}
