import type { DatasetDescription } from '../data-kinds';
import { CellsmithError } from '../../errors';

/**
 * How many different tokens the language models of a search tell apart.
 * @throws {CellsmithError} 'config.invalid' when the data are no text
 */
export function vocabularyOf(description: DatasetDescription): number {
  if (description.kind === 'text') return description.vocabularySize;
  throw new CellsmithError('config.invalid', 'A search for recurrent cells needs text: name it with --data.');
}
