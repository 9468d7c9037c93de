import { CellsmithError } from '../errors';
import { noEarlyStopping } from '../early-stopping';
import { configVersion } from './search-config';

type Stored = Readonly<Record<string, unknown>>;

/** Brings a stored object from the version of its position, counted from 1, to the next. */
export type Migration = (stored: Stored) => Stored;

/** One for every version of the configuration that has been succeeded. */
const migrations: readonly Migration[] = [
  withCareOfTrainers,
  withMode,
  withQueue,
  withLimits,
  withStrategyOptions,
];

/** 2: children in training are kept, and those that lose their trainer are trained on. */
function withCareOfTrainers(stored: Stored): Stored {
  const added = { checkpointEpochs: 1, silence: 120, retries: 2, smallerBatch: false };
  return { ...stored, trainers: { ...groupOf(stored, 'trainers'), ...added } };
}

/** 3: replicas may learn in their order. */
function withMode(stored: Stored): Stored {
  return { ...stored, controller: { ...groupOf(stored, 'controller'), mode: 'asynchronous' } };
}

/** 4: children may be trained by the workers of a queue. */
function withQueue(stored: Stored): Stored {
  return { ...stored, trainers: { ...groupOf(stored, 'trainers'), queue: null } };
}

/** 5: children may be ended early, a budget may be one of multiply-adds, and trainers may share a GPU. */
function withLimits(stored: Stored): Stored {
  const budget = { ...groupOf(stored, 'budget'), multiplyAdds: null };
  const trainers = { ...groupOf(stored, 'trainers'), gpuMemory: null };
  return { ...stored, budget, trainers, earlyStopping: noEarlyStopping };
}

/** 6: each strategy has options of its own; random search carried those of REINFORCE and made no use of them. */
function withStrategyOptions(stored: Stored): Stored {
  const controller = groupOf(stored, 'controller');
  if (controller['strategy'] !== 'random') return stored;
  const { strategy, childrenPerUpdate, replicas, mode } = controller;
  return { ...stored, controller: { strategy, childrenPerUpdate, replicas, mode } };
}

/** A group of options; what is none is left to the schema to refuse. */
function groupOf(stored: Stored, name: string): Stored {
  const group = stored[name];
  return isObject(group) ? group : {};
}

/**
 * A stored configuration as the current version has it; still to be checked by the schema.
 * @throws {CellsmithError} 'config.invalid' for what carries no version, 'run.newer-version' for one of a newer Cellsmith
 */
export function migrateConfig(stored: unknown): unknown {
  return migrate(stored, configVersion, migrations);
}

/** As migrateConfig, for any current version and the migrations up to it. */
export function migrate(stored: unknown, current: number, steps: readonly Migration[]): unknown {
  const version = isObject(stored) ? stored['version'] : undefined;
  if (!isObject(stored) || typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    throw new CellsmithError(
      'config.invalid',
      `This is no configuration of Cellsmith: it should have a version from 1 to ${current}.`,
    );
  if (version > current)
    throw new CellsmithError(
      'run.newer-version',
      `This configuration has version ${version}, and this Cellsmith knows versions up to ${current}. Open it with a newer Cellsmith.`,
    );
  return steps
    .slice(version - 1)
    .reduce<Stored>((older, step, index) => ({ ...step(older), version: version + index + 1 }), stored);
}

function isObject(value: unknown): value is Stored {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
