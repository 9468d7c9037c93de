import { CellsmithError } from '../../src-shared/errors';
import { prepareDataset, type PreparedDataset } from '../datasets/prepare';
import type { OpenOptions } from '../datasets/open';
import type { RunManifest } from '../runs/manifest';

/**
 * The decoded training data of a run that is to be resumed.
 * @param path where the data are now, when they are no longer where they were
 * @throws CellsmithError 'data.changed' when they are not the data that the run was begun with; data.*, cancelled
 */
export async function dataOfRun(
  { config, dataset }: RunManifest,
  path: string = dataset.location,
  options: OpenOptions = {},
): Promise<PreparedDataset> {
  const prepared = await prepareDataset(path, { ...options, side: config.recipe.side, unreadable: 'skip' });
  if (prepared.description.fingerprint === dataset.fingerprint) return prepared;
  throw new CellsmithError(
    'data.changed',
    `${path} does not hold the pictures that this run was begun with: name those with --data, or begin a new run.`,
  );
}
