import type { Recipe } from '../config/search-config';
import { bitsOf } from '../tasks/text/language-epoch';
import type { EpochRecord } from './epoch-record';

/**
 * What children of a run are compared by on their validation data. Stored are accuracies in [0, 1] and perplexities; at the level of
 * characters a perplexity is shown as bits per character.
 */
export const measures = ['accuracy', 'perplexity', 'bitsPerCharacter'] as const;
export type Measure = (typeof measures)[number];

export function measureOf(recipe: Recipe): Measure {
  if (recipe.kind === 'images') return 'accuracy';
  return recipe.level === 'character' ? 'bitsPerCharacter' : 'perplexity';
}

/** As it stands at an axis or above a column. */
export const measureNames: Readonly<
  Record<Measure, { readonly name: string; readonly unit: string | null }>
> = {
  accuracy: { name: 'accuracy', unit: '%' },
  perplexity: { name: 'perplexity', unit: null },
  bitsPerCharacter: { name: 'bits per character', unit: null },
};

/** The number that is shown for a stored one: percent, perplexity or bits. */
export function shownMeasure(measure: Measure, stored: number): number {
  switch (measure) {
    case 'accuracy':
      return 100 * stored;
    case 'perplexity':
      return stored;
    case 'bitsPerCharacter':
      return bitsOf(Math.log(stored));
  }
}

/** A shown number as text, without its unit: '93.41', '78.4', '1.214'. */
export function shownText(measure: Measure, shown: number): string {
  switch (measure) {
    case 'accuracy':
      return shown.toFixed(2);
    case 'perplexity':
      return shown.toFixed(1);
    case 'bitsPerCharacter':
      return shown.toFixed(3);
  }
}

/** A stored measure as text: '93.41 %', '78.4', '1.214'; '–' for none. */
export function measureText(measure: Measure, stored: number | null): string {
  if (stored === null) return '–';
  const { unit } = measureNames[measure];
  const text = shownText(measure, shownMeasure(measure, stored));
  return unit === null ? text : `${text} ${unit}`;
}

/** The validation measure of one epoch, as it is stored; null where a perplexity was past all numbers. */
export function validationMeasure(record: EpochRecord): number | null {
  return record.kind === 'images' ? record.validationAccuracy : record.validationPerplexity;
}

/** The measure of one epoch on the training data. */
export function trainMeasure(record: EpochRecord): number | null {
  return record.kind === 'images' ? record.trainAccuracy : record.trainPerplexity;
}

/** The best of some epochs on the validation data, as it is stored: the highest accuracy, or the lowest perplexity. Null where there is none. */
export function bestMeasure(measure: Measure, epochs: readonly EpochRecord[]): number | null {
  const reached = epochs.flatMap((record) => validationMeasure(record) ?? []);
  if (reached.length === 0) return null;
  return measure === 'accuracy' ? Math.max(...reached) : Math.min(...reached);
}
