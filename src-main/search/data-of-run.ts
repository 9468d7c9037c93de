import { CellsmithError } from '../../src-shared/errors';
import type { PreparedDataset, PrepareOptions } from '../datasets/prepare';
import type { OpenOptions } from '../datasets/open';
import type { RunManifest } from '../runs/manifest';

/** Makes sure of a decoded copy: `prepareDataset`, here or in another process. */
export type PrepareData = (path: string, options: PrepareOptions) => Promise<PreparedDataset>;

/**
 * The decoded training data of a run that is to be resumed.
 * @param path where the data are now, when they are no longer where they were
 * @throws CellsmithError 'data.changed' when they are not the data that the run was begun with; data.*, cancelled
 */
export async function dataOfRun(
  prepare: PrepareData,
  { config, dataset }: RunManifest,
  path: string = dataset.location,
  options: OpenOptions = {},
): Promise<PreparedDataset> {
  const prepared = await prepare(path, { ...options, side: config.recipe.side, unreadable: 'skip' });
  if (prepared.description.fingerprint === dataset.fingerprint) return prepared;
  throw new CellsmithError(
    'data.changed',
    `${path} does not hold the pictures that this run was begun with: name those with --data, or begin a new run.`,
  );
}
