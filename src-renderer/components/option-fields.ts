import { optionGroups, type OptionGroupName } from '../../src-shared/option';
import type { Option } from '../../src-shared/config/options/options';
import {
  textOfValue,
  valueOfText,
  type Scalar,
  type ValueForms,
} from '../../src-shared/config/options/values';

/** A form field for an option: a list of choices, or a line of text, which may hold a number or several values. */
export type FieldKind = 'choice' | 'number' | 'list' | 'text';

export function fieldKind({ isList, numbers, texts, values }: ValueForms): FieldKind {
  if (isList) return 'list';
  if (texts) return 'text';
  if (!numbers) return 'choice';
  return values.every((value) => value === null) ? 'number' : 'text';
}

/** Whether the option may have no value, which an empty field means. */
export function isNullable({ isList, values }: ValueForms): boolean {
  return !isList && values.includes(null);
}

/** What the line of text of an option shows of a value. */
export function fieldText(option: ValueForms, value: unknown): string {
  return value === null && isNullable(option) ? '' : textOfValue(value);
}

/** The value that the line of text of an option means. What cannot be one is left as it reads, and then is a problem of the option. */
export function valueOfField(option: ValueForms, text: string): unknown {
  return text.trim() === '' && isNullable(option) ? null : valueOfText(option, text);
}

/** A sentence about an option in the words of the window. */
export function inWindowWords(sentence: string): string {
  return sentence.replace(/\bnull\b/g, 'empty');
}

/** A choice as its list shows it: a switch is yes or no. */
export function choiceText(choice: Scalar): string {
  if (choice === null) return 'none';
  return typeof choice === 'boolean' ? (choice ? 'yes' : 'no') : String(choice);
}

/** Options that belong together on a page. */
export interface OptionGroup {
  readonly name: OptionGroupName;
  readonly title: string;
  readonly help: string;
  readonly options: readonly Option[];
}

/** The options of a configuration that people can set, by group, in the order of the form. */
export function groupOptions(options: readonly Option[]): readonly OptionGroup[] {
  const settable = options.filter(({ isFixed, value }) => !isFixed && value !== undefined);
  return (Object.keys(optionGroups) as OptionGroupName[]).map((name) => ({
    name,
    ...optionGroups[name],
    options: settable.filter(({ group }) => group === name),
  }));
}
