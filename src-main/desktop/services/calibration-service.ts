import type { SearchConfig } from '../../../src-shared/config/search-config';
import { CellsmithError } from '../../../src-shared/errors';
import type { Calibration } from '../../../src-shared/ipc/states';
import { calibrate, keepMeasurement, machineName, readMeasurements } from '../../calibration/calibrate';
import type { EngineInstallation } from '../../engine/provision/installation';
import { dataNeed, type PrepareData } from '../../search/prepare-search';
import type { SpawnTrainer } from '../../workers/trainer-process';
import { readingOf } from './dataset-service';
import { problemOf } from '../app-log';

/** What to measure: typical children of a configuration on a data set. */
export interface CalibrationOrder {
  readonly config: SearchConfig;
  /** Folder, archive or file of the data set. */
  readonly data: string;
  readonly skipUnreadable: boolean;
}

/** Measures how fast children train on this machine, one measurement at a time. */
export interface CalibrationService {
  readonly current: Calibration;
  /** Loads the measurements of this engine on this machine. */
  engineIs(installation: EngineInstallation): void;
  /** @throws CellsmithError 'run.locked' while one is under way */
  start(order: CalibrationOrder): void;
  /** Resolves when nothing of it runs any more. */
  cancel(): Promise<void>;
}

export interface CalibrationParts {
  readonly spawn: SpawnTrainer;
  readonly prepare: PrepareData;
  readonly engine: () => Promise<EngineInstallation>;
  /** Where measurements are kept. */
  readonly file: string;
  readonly onChange: (calibration: Calibration) => void;
}

export function calibrationService(parts: CalibrationParts): CalibrationService {
  let current: Calibration = { state: { kind: 'idle', problem: null }, measurements: [] };
  let abort = new AbortController();
  let underWay: Promise<void> = Promise.resolve();
  const change = (changes: Partial<Calibration>): void => {
    current = { ...current, ...changes };
    parts.onChange(current);
  };

  const measure = async (order: CalibrationOrder, signal: AbortSignal): Promise<void> => {
    change({ state: { kind: 'preparing', step: 'data', reading: null } });
    const need = dataNeed(order.config, order.skipUnreadable ? 'skip' : 'refuse');
    const data = await parts.prepare(need, order.data, {
      signal,
      onProgress: (progress) =>
        change({ state: { kind: 'preparing', step: 'data', reading: readingOf(progress) } }),
    });
    change({ state: { kind: 'preparing', step: 'engine', reading: null } });
    const machine = machineName(await parts.engine());
    signal.throwIfAborted();
    const measurement = await calibrate(order.config, data, {
      spawn: parts.spawn,
      machine,
      signal,
      onProgress: (progress) => change({ state: { kind: 'measuring', ...progress } }),
    });
    keepMeasurement(parts.file, measurement);
    change({ measurements: readMeasurements(parts.file, machine) });
  };

  const work = async (order: CalibrationOrder, signal: AbortSignal): Promise<void> => {
    let problem: unknown = null;
    try {
      await measure(order, signal);
    } catch (error) {
      problem = signal.aborted ? null : error;
    }
    change({ state: { kind: 'idle', problem: problem === null ? null : problemOf(problem) } });
  };

  return {
    get current() {
      return current;
    },
    engineIs: (installation) =>
      change({ measurements: readMeasurements(parts.file, machineName(installation)) }),
    start: (order) => {
      if (current.state.kind !== 'idle')
        throw new CellsmithError('run.locked', 'The speed of this machine is already being measured.');
      abort = new AbortController();
      underWay = work(order, abort.signal);
    },
    cancel: () => {
      abort.abort();
      return underWay;
    },
  };
}
