import type { SearchConfig } from '../../src-shared/config/search-config';
import { requireTrainable, dataKinds, type DataNeed, type Recipe } from '../../src-shared/tasks/data-kinds';
import type { OpenOptions, PreparedData } from '../datasets/open';
import type { EngineInstallation } from '../engine/provision/installation';
import { requirePlace, type RunPlace } from '../runs/locations';
import { importTraining } from './import-training';
import { isUnknown } from '../runs/old-training';
import {
  amendRun,
  createRun,
  describeData,
  openRun,
  type OpenRun,
  type WritableRun,
} from '../runs/run-folder';
import { candidates, strategyOf } from './candidate';
import { requireFailures, type RetryRequest } from './retry-failures';
import { CellsmithError } from '../../src-shared/errors';
import type { RunManifest } from '../runs/manifest';

/** What to search: something new, or further in a run that there is. */
export type SearchOrder =
  | {
      readonly kind: 'new';
      readonly config: SearchConfig;
      /** Folder, archive or file of the data set. */
      readonly data: string;
      /** Whether to train without images that cannot be decoded. */
      readonly skipUnreadable: boolean;
      /** Absolute path of the folder in which to create the run folder, or of the run folder itself. */
      readonly place: RunPlace;
    }
  | {
      readonly kind: 'resume';
      /** Absolute path of the run's folder. */
      readonly folder: string;
      /** Where the data are now; undefined where they were. */
      readonly data: string | undefined;
      readonly changes: (config: SearchConfig) => Pick<SearchConfig, 'budget' | 'trainers'>;
      /** Failed children to train again; undefined for none. */
      readonly retry?: RetryRequest;
      /** What must be left to do; throws where nothing is. */
      readonly require?: (run: OpenRun) => void;
    };

export interface Preparing {
  readonly prepare: PrepareData;
  readonly reading: OpenOptions;
  /** Ensures the training engine; null where others train. */
  readonly engine: (config: SearchConfig) => Promise<EngineInstallation | null>;
  /** Version of this program. */
  readonly version: string;
}

/** A run that is ready to be searched in. */
export interface ReadySearch {
  readonly run: WritableRun;
  readonly data: PreparedData;
  /** Where the data are: the folder, archive or file. */
  readonly location: string;
  readonly software: Readonly<Record<string, string>>;
}

/**
 * Prepares the data and the engine, then makes a run or opens one. Everything that can go wrong before a run is made goes wrong here, so
 * that no empty run is left.
 * @throws CellsmithError config.invalid when the data do not suit the search; data.*, engine.*, run.*, cancelled
 */
export async function prepareSearch(order: SearchOrder, preparing: Preparing): Promise<ReadySearch> {
  return order.kind === 'resume' ? reopen(order, preparing) : begin(order, preparing);
}

async function reopen(
  { folder, data, changes, retry, require }: Extract<SearchOrder, { kind: 'resume' }>,
  { prepare, reading, engine, version }: Preparing,
): Promise<ReadySearch> {
  importTraining(folder);
  const run = openRun(folder);
  try {
    require?.(run);
    if (retry !== undefined) requireFailures(run.database, retry);
    const amended = amendRun(run, changes(run.manifest.config));
    const prepared = await dataOfRun(prepare, amended.manifest, data, reading);
    const known = isUnknown(amended.manifest.dataset.description)
      ? describeData(amended, prepared.description)
      : amended;
    return {
      run: known,
      data: prepared,
      location: data ?? amended.manifest.dataset.location,
      software: softwareOf(version, await engine(amended.manifest.config)),
    };
  } catch (error) {
    run.close();
    throw error;
  }
}

async function begin(
  { config, data: location, skipUnreadable, place }: Extract<SearchOrder, { kind: 'new' }>,
  { prepare, reading, engine, version }: Preparing,
): Promise<ReadySearch> {
  requirePlace(place);
  const data = await prepare(dataNeed(config, skipUnreadable ? 'skip' : 'refuse'), location, reading);
  // Data that do not suit the search, and architectures that are none of its space, are refused before there is a run.
  candidates(config, data.description);
  strategyOf(config);
  requireTrainable(config.recipe, data.description);
  const software = softwareOf(version, await engine(config));
  const { description } = data;
  const dataset = { location, fingerprint: description.fingerprint, description };
  return { run: createRun(place, { config, dataset, software }), data, location, software };
}

function softwareOf(version: string, engine: EngineInstallation | null): Record<string, string> {
  const { node, electron } = process.versions as Partial<NodeJS.ProcessVersions>;
  return {
    cellsmith: version,
    ...(node !== undefined && { node }),
    ...(electron !== undefined && { electron }),
    system: `${process.platform}-${process.arch}`,
    ...(engine !== null && {
      tensorflow: `${engine.tensorflow} (${engine.variant})`,
      binding: engine.binding,
    }),
  };
}

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
async function dataOfRun(
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
