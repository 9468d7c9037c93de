import { join } from 'node:path';
import { taskOfSpace } from '../../../src-shared/tasks/searched';
import { shortCount } from '../../../src-shared/architecture/conv/conv-text';
import type { SearchConfig } from '../../../src-shared/config/search-config';
import { counted } from '../../../src-shared/counted';
import type { DatasetDescription } from '../../../src-shared/tasks/data-kinds';
import { CellsmithError } from '../../../src-shared/errors';
import {
  estimateSearch,
  nearestMeasurement,
  type SearchEstimate,
  type Spread,
} from '../../../src-shared/estimate/estimate-search';
import type { Measurement } from '../../../src-shared/estimate/measurement';
import { countText, exactCountText, spaceSizes } from '../../../src-shared/estimate/typical-children';
import {
  calibrate,
  keepMeasurement,
  machineName,
  measurementsFile,
  readMeasurements,
} from '../../calibration/calibrate';
import type { PreparedData } from '../../datasets/open';
import { prepareFor } from '../../datasets/prepare';
import { provisionEngine } from '../../engine/provision/provision';
import { listRunFolders } from '../../runs/locations';
import { lockHolder } from '../../runs/files/lock';
import { dataNeed } from '../../search/prepare-search';
import { forkTrainer } from '../../workers/trainer-process';
import { exitCodes } from '../exit-codes';
import { bytes, children, dateTime, duration } from '../../../src-shared/format';
import { listenForInterrupts } from '../interrupts';
import { configOf, dataOf, type SearchOptions } from './search-options';
import { list } from '../tables';
import { runsFolder, writeJson, writeLine, type Terminal } from '../terminal';
import { chooseView } from '../views/plain-views';
import type { SearchView } from '../views/search-view';

/**
 * `cellsmith search --estimate`: estimates time and memory of the search on this machine. Starts no search and creates no run; it measures how fast
 * typical children train unless that is known.
 */
export async function estimateCommand(terminal: Terminal, options: SearchOptions): Promise<number> {
  if (options.resume !== undefined)
    throw new CellsmithError('config.invalid', '--estimate is for a new search: omit --resume.');
  const config = configOf(options);
  const view = chooseView(terminal, options.json);
  const interrupts = listenForInterrupts(() => undefined);
  const signal = AbortSignal.any([interrupts.gentle, interrupts.immediate]);
  try {
    const data = await prepareFor(
      dataNeed(config, options.skipUnreadable ? 'skip' : 'refuse'),
      dataOf(terminal, options, config),
      { signal, onProgress: (progress) => view.dataset(progress) },
    );
    const measurement = await measurementOf(terminal, options, { config, data, view, signal });
    const estimate = estimateSearch(config, data.description, measurement);
    view.close();
    if (options.json) writeJson(terminal, jsonOf(config, estimate, measurement));
    else writeLine(terminal, list(rowsOf(config, estimate, measurement)));
    return exitCodes.ok;
  } finally {
    view.close();
  }
}

/** The known measurement of such children, or a new one. */
async function measurementOf(
  terminal: Terminal,
  options: SearchOptions,
  {
    config,
    data,
    view,
    signal,
  }: {
    readonly config: SearchConfig;
    readonly data: PreparedData;
    readonly view: SearchView;
    readonly signal: AbortSignal;
  },
): Promise<Measurement> {
  const engine = await provisionEngine({ signal, onProgress: (progress) => view.engine(progress) });
  const machine = machineName(engine);
  const file = measurementsFile();
  const known = nearestMeasurement(readMeasurements(file, machine), config, data.description);
  if (known !== null && !options.measureAgain && isMeasured(config, data.description, known)) return known;
  const busy = listRunFolders(runsFolder(terminal, options)).find((run) => lockHolder(run) !== undefined);
  if (busy !== undefined)
    throw new CellsmithError(
      'run.locked',
      `A search is running in ${busy} and would distort the measurement: estimate when it has ended.`,
    );
  view.note('Training typical children for a few seconds to measure this machine.');
  const measurement = await calibrate(config, data, {
    spawn: forkTrainer(join(terminal.programs, 'trainer.js')),
    machine,
    signal,
  });
  keepMeasurement(file, measurement);
  return measurement;
}

function isMeasured(config: SearchConfig, description: DatasetDescription, known: Measurement): boolean {
  return estimateSearch(config, description, known).time?.isMeasured === true;
}

function rowsOf(
  config: SearchConfig,
  estimate: SearchEstimate,
  measurement: Measurement,
): [string, string][] {
  const { parameters, memory, steps, time } = estimate;
  const task = taskOfSpace(config.space);
  const space = spaceSizes(config).map(({ depth, count }): [string, string] => [
    task.step(config.space).layers === null ? 'Space' : `Space of ${counted(depth, 'layer')}`,
    `${countText(count)} ${task.words.many}${count > 999_999n && count < 10n ** 30n ? ` (${exactCountText(count)})` : ''}`,
  ]);
  const all =
    typeof time?.all !== 'number'
      ? 'no limit'
      : `${duration(time.all)} for ${children(time.children ?? 0)} on ${config.trainers.count === 1 ? 'one trainer' : `${config.trainers.count} trainers`}`;
  return [
    ...space,
    ['Typical child', `${spreadText(parameters, shortCount)} parameters`],
    ['Epoch', `${counted(steps.training, 'step')} of training, ${steps.evaluation} of evaluation`],
    ...(time === null
      ? []
      : ([
          ['A child takes', spreadText(time.child, duration)],
          ['The search takes', all],
        ] as [string, string][])),
    ['Memory', `about ${bytes(memory)} for each trainer`],
    ['Measured', `${dateTime(measurement.at)} on ${measurement.machine}`],
  ];
}

/** '42k (12k to 96k)': the median and the range of nine in ten. */
function spreadText({ low, median, high }: Spread, text: (value: number) => string): string {
  const [from, middle, to] = [low, median, high].map((value) => text(Math.round(value)));
  return from === to ? (middle ?? '') : `${middle ?? ''} (${from ?? ''} to ${to ?? ''})`;
}

function jsonOf(config: SearchConfig, estimate: SearchEstimate, measurement: Measurement): unknown {
  const space = spaceSizes(config).map(({ depth, count }) => ({ depth, count: count.toString() }));
  return { space, ...estimate, measurement };
}
