import { join } from 'node:path';
import { cacheDirectory } from '../../engine/provision/installation';
import { tinyDataset } from '../data/tiny-dataset';
import type { KillingOptions } from './kill-searches';

/**
 * A search of six tiny networks on tiny images by two trainers of one thread each, with bit-identical results.
 * @param folder gets the images, and their cache
 * @param endsEarly whether the median rule may end children of the second batch after one epoch
 */
export async function tinySearch(
  folder: string,
  endsEarly = false,
): Promise<Pick<KillingOptions, 'search' | 'environment'>> {
  const { source } = await tinyDataset(folder);
  const settings = {
    'recipe.side': 8,
    'recipe.augmentation.enlargedSide': 10,
    'recipe.epochs': 4,
    'recipe.validation': 30,
    'recipe.batchSize': 16,
    'recipe.timeLimit': null,
    'controller.childrenPerUpdate': 3,
    'trainers.device': 'cpu',
    // More than the number of kills: a child may be hit by many.
    'trainers.retries': 1000,
    'budget.hours': null,
    'earlyStopping.rule': endsEarly ? 'median' : 'none',
    'earlyStopping.afterEpochs': 1,
    'earlyStopping.afterChildren': 3,
  };
  const search = ['--data', source, '--trainers', '2', '--threads', '1', '--children', '6'];
  for (const [option, value] of Object.entries(settings)) search.push('--set', `${option}=${String(value)}`);
  return {
    search,
    // The installed engine is used; only the data set is cached elsewhere.
    environment: { CELLSMITH_CACHE: cacheDirectory(), XDG_CACHE_HOME: join(folder, 'cache') },
  };
}
