import { dataKinds, type DataNeed, type Recipe } from '../../src-shared/tasks/data-kinds';
import { CellsmithError } from '../../src-shared/errors';
import type { OpenOptions, PreparedData } from '../datasets/open';
import type { RunManifest } from '../runs/manifest';

/** Ensures a decoded copy of the data: `prepareFor`, here or in another process. */
export type PrepareData = (need: DataNeed, path: string, options: OpenOptions) => Promise<PreparedData>;

/** What a search needs of its data. */
export function dataNeed({ recipe }: { readonly recipe: Recipe }, unreadable: 'refuse' | 'skip'): DataNeed {
  // Needs of a kind of data are among those of all kinds.
  return dataKinds.of(recipe.kind).need(recipe, unreadable) as DataNeed;
}

/**
 * The training data of a run to resume.
 * @param path the new location of the data, if they were moved
 * @throws CellsmithError 'data.changed' when they are not the data that the run was begun with; data.*, cancelled
 */
export async function dataOfRun(
  prepare: PrepareData,
  { config, dataset }: RunManifest,
  path: string = dataset.location,
  options: OpenOptions = {},
): Promise<PreparedData> {
  const prepared = await prepare(dataNeed(config, 'skip'), path, options);
  if (prepared.description.fingerprint === dataset.fingerprint) return prepared;
  throw new CellsmithError(
    'data.changed',
    `${path} does not contain the data set of this run: name it with --data, or start a new run.`,
  );
}
