import type { Evaluation } from './evaluation';
import type { ControllerUpdate } from './run-event';
import type { EpochRecord } from '../tasks/data-kinds';
import type { ListedTrial } from './trial';

/** Displayed contents of a run, ordered by number. */
export interface RunTables {
  readonly trials: readonly ListedTrial[];
  readonly updates: readonly ControllerUpdate[];
  readonly evaluations: readonly Evaluation[];
  /** By trial, of the children whose epochs were asked for or that began since. */
  readonly epochs: ReadonlyMap<number, readonly EpochRecord[]>;
}

export type Standing = Pick<ListedTrial, 'state' | 'reward'>;

export function hasEnded({ reward }: Standing): boolean {
  return reward !== null;
}

export function withEvaluation(tables: RunTables, evaluation: Evaluation): RunTables {
  const others = tables.evaluations.filter(
    ({ trial, split }) => trial !== evaluation.trial || split !== evaluation.split,
  );
  return { ...tables, evaluations: [...others, evaluation] };
}

/** A training begins without epochs; an ended trial is unchanged, since its start arrived late. */
export function withStart(tables: RunTables, number: number, startedAt: number): RunTables {
  return {
    ...tables,
    trials: changed(tables.trials, number, (trial) => ({
      ...trial,
      state: 'running',
      measure: null,
      startedAt,
      endedAt: null,
    })),
    epochs: new Map(tables.epochs).set(number, []),
  };
}

export function withRestored(
  tables: RunTables,
  number: number,
  startedAt: number,
  epochs: readonly EpochRecord[],
): RunTables {
  return {
    ...tables,
    trials: changed(tables.trials, number, (trial) => ({ ...trial, startedAt })),
    epochs: new Map(tables.epochs).set(number, epochs),
  };
}

/** Epochs of a child whose earlier ones are not known are left to be read when they are asked for. */
export function withEpoch(tables: RunTables, number: number, record: EpochRecord): RunTables {
  const known = tables.epochs.get(number);
  if (known === undefined) return tables;
  const others = known.filter(({ epoch }) => epoch !== record.epoch);
  const epochs = [...others, record].sort((a, b) => a.epoch - b.epoch);
  return { ...tables, epochs: new Map(tables.epochs).set(number, epochs) };
}

/** What was in training when a process was killed is not any more. */
export function interrupted(tables: RunTables): RunTables {
  if (tables.trials.every(({ state }) => state !== 'running')) return tables;
  const trials = tables.trials.map((trial): ListedTrial =>
    trial.state === 'running' ? { ...trial, state: 'interrupted' } : trial,
  );
  return { ...tables, trials };
}

/** Changes a trial that has not ended. */
function changed(
  trials: readonly ListedTrial[],
  number: number,
  change: (trial: ListedTrial) => ListedTrial,
): readonly ListedTrial[] {
  const trial = numbered(trials, number);
  return trial === undefined || hasEnded(trial) ? trials : withNumbered(trials, change(trial));
}

interface Numbered {
  readonly number: number;
}

export function numbered<T extends Numbered>(list: readonly T[], number: number): T | undefined {
  const item = list[placeOf(list, number)];
  return item?.number === number ? item : undefined;
}

/** A copy with an item in its place. Lists of thousands are copied in microseconds, maps are not. */
export function withNumbered<T extends Numbered>(list: readonly T[], item: T): readonly T[] {
  const place = placeOf(list, item.number);
  const copy = list.slice();
  copy.splice(place, copy[place]?.number === item.number ? 1 : 0, item);
  return copy;
}

/** Runs number from 1 without gaps, so that the first guess is right; one from elsewhere may have gaps. */
function placeOf(list: readonly Numbered[], number: number): number {
  const guess = number - 1;
  if (guess === list.length || list[guess]?.number === number) return guess;
  const found = list.findIndex((item) => item.number >= number);
  return found === -1 ? list.length : found;
}
