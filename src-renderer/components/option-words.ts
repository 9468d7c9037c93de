import type { OptionHelp } from '../../src-shared/config/options/option-help';

/** What a field shows of an option: an option without a value has an empty field, which the terminal writes as null. */
export function shownValue({ isNullable }: OptionHelp, text: string): string {
  return isNullable && text === 'null' ? '' : text;
}

/** What is meant by a field: the text that `--set` would take. */
export function meantValue({ isNullable }: OptionHelp, shown: string): string {
  return isNullable && shown.trim() === '' ? 'null' : shown;
}

/** A sentence about an option in the words of the window. */
export function inWindowWords(sentence: string): string {
  return sentence.replace(/\bnull\b/g, 'empty');
}

/** A choice as it stands in a list: a switch is yes or no. */
export function choiceText(choice: string | boolean): string {
  return typeof choice === 'string' ? choice : choice ? 'yes' : 'no';
}
