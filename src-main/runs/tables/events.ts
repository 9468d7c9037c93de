import { z } from 'zod';
import { runOutcomes, type RunEvent } from '../../../src-shared/run/run-event';
import { evaluatedSplitSchema } from '../../../src-shared/run/evaluation';
import { failureReasons, type Trial } from '../../../src-shared/run/trial';
import type { Database } from '../sqlite/database';
import { readEpoch, readEpochs, readEvaluation } from './epochs';
import { readTrial } from './trials';
import { readUpdate } from './batches';

/** One row, in the order of `id`. The other tables hold the data of an event; `detail` holds what they do not. */
export interface StoredEvent {
  readonly id: number;
  readonly at: number;
  readonly type: string;
  readonly trial: number | null;
  readonly detail: string | null;
}

const eventRow = z.strictObject({
  id: z.int(),
  at: z.int(),
  type: z.string(),
  trial: z.int().nullable(),
  detail: z.string().nullable(),
});

const nothing = z.null();
const number = z.int().min(1);

/** What is stored of each kind of event besides time and trial; null where other tables hold its data. */
const details = {
  runStarted: z.object({ resumed: z.boolean() }),
  trialProposed: nothing,
  trialStarted: z.object({ trainer: number }),
  /** Number of restored epochs. */
  trialRestored: z.object({ trainer: number, epochs: z.int().min(0) }),
  /** Releases before this one did not store which epoch it was. */
  epochEnded: z.object({ trainer: number, epoch: z.int().min(0).optional() }),
  trialCompleted: nothing,
  trialFailed: nothing,
  trialInterrupted: nothing,
  trialRepeated: z.object({ reason: z.enum(failureReasons), message: z.string() }),
  trialRetried: nothing,
  trialReused: nothing,
  /** The split. */
  trialEvaluated: z.object({ split: evaluatedSplitSchema }),
  /** The number of the update. */
  controllerUpdated: z.object({ update: number }),
  runPaused: nothing,
  runContinued: nothing,
  runEnded: z.object({ outcome: z.enum(runOutcomes), message: z.string().nullable() }),
} as const satisfies Record<StoredType, z.ZodType>;

/** Progress and the state of the queue are transient. */
type StoredType = Exclude<RunEvent['type'], 'trialProgress' | 'evaluationProgress' | 'queueChanged'>;
type Detail<Type extends StoredType> = z.infer<(typeof details)[Type]>;
type EventOf<Type extends StoredType> = Extract<RunEvent, { readonly type: Type }>;

/** The part of an event that no other table holds. */
const detailOf: { readonly [Type in StoredType]: (event: EventOf<Type>) => Detail<Type> } = {
  runStarted: ({ resumed }) => ({ resumed }),
  trialProposed: () => null,
  trialStarted: ({ trainer }) => ({ trainer }),
  trialRestored: ({ trainer, epochs }) => ({ trainer, epochs: epochs.length }),
  epochEnded: ({ trainer, record }) => ({ trainer, epoch: record.epoch }),
  trialCompleted: () => null,
  trialFailed: () => null,
  trialInterrupted: () => null,
  trialRepeated: ({ reason, message }) => ({ reason, message }),
  trialRetried: () => null,
  trialReused: () => null,
  trialEvaluated: ({ evaluation }) => ({ split: evaluation.split }),
  controllerUpdated: ({ update }) => ({ update: update.number }),
  runPaused: () => null,
  runContinued: () => null,
  runEnded: ({ outcome, message }) => ({ outcome, message }),
};

/** Adds an event, in the transaction that stores its data. */
export function storeEvent(database: Database, event: RunEvent): void {
  if (event.type === 'trialProgress' || event.type === 'evaluationProgress' || event.type === 'queueChanged')
    return;
  const write = detailOf[event.type] as (event: RunEvent) => unknown;
  const detail = write(event);
  insertEvent(database, {
    at: event.at,
    type: event.type,
    trial: trialOf(event),
    detail: detail === null ? null : JSON.stringify(detail),
  });
}

function trialOf(event: RunEvent): number | null {
  if ('evaluation' in event) return event.evaluation.trial;
  if (!('trial' in event)) return null;
  return typeof event.trial === 'number' ? event.trial : event.trial.number;
}

export function insertEvent(database: Database, event: Omit<StoredEvent, 'id'>): void {
  database.run('INSERT INTO events (at, type, trial, detail) VALUES (?, ?, ?, ?)', [
    event.at,
    event.type,
    event.trial,
    event.detail,
  ]);
}

/** At most `limit` rows after `id`. */
export function readEventsAfter(database: Database, id: number, limit: number): StoredEvent[] {
  return database.all('SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?', [id, limit], eventRow);
}

/** The id of the last event; 0 when there is none. */
export function lastEventId(database: Database): number {
  const row = z.strictObject({ last: z.int().nullable() });
  return Math.max(0, database.first('SELECT max(id) AS last FROM events', [], row)?.last ?? 0);
}

/**
 * The events after `id` with their data, read from the tables by key. The data are current: a later event
 * reports what has changed since; an event whose data are gone is skipped.
 * @param run the run of the database
 * @returns the events, and the id of the last row that was read
 */
export function readRunEvents(
  database: Database,
  run: { readonly id: string; readonly folder: string },
  after: number,
  limit: number,
): { readonly events: RunEvent[]; readonly last: number } {
  const rows = readEventsAfter(database, after, limit);
  const known = new Map<number, Trial | undefined>();
  const trialAt = (trial: number): Trial | undefined => {
    if (!known.has(trial)) known.set(trial, readTrial(database, trial));
    return known.get(trial);
  };
  const events = rows.flatMap((row) => {
    if (!isStoredType(row.type)) return [];
    const read = eventOf[row.type] as (of: Row<StoredType>) => RunEvent | undefined;
    const detail = details[row.type].safeParse(row.detail === null ? null : jsonOf(row.detail));
    if (!detail.success) return [];
    const { at, trial } = row;
    return read({ at, trial: trial ?? 0, detail: detail.data, database, run, trialAt }) ?? [];
  });
  return { events, last: rows.at(-1)?.id ?? after };
}

interface Row<Type extends StoredType> {
  readonly at: number;
  readonly trial: number;
  readonly detail: Detail<Type>;
  readonly database: Database;
  readonly run: { readonly id: string; readonly folder: string };
  readonly trialAt: (trial: number) => Trial | undefined;
}

/** Builds an event from its row and its data; undefined where the data are gone. */
const eventOf: { readonly [Type in StoredType]: (row: Row<Type>) => EventOf<Type> | undefined } = {
  runStarted: ({ at, detail, run }) => ({
    type: 'runStarted',
    runId: run.id,
    folder: run.folder,
    resumed: detail.resumed,
    at,
  }),
  trialProposed: (row) => ofTrial('trialProposed', row),
  trialStarted: ({ at, trial, detail }) => ({ type: 'trialStarted', trial, trainer: detail.trainer, at }),
  trialRestored: ({ at, trial, detail, database, trialAt }) => ({
    type: 'trialRestored',
    trial,
    trainer: detail.trainer,
    epochs: readEpochs(database, trial).slice(0, detail.epochs),
    startedAt: trialAt(trial)?.startedAt ?? at,
    at,
  }),
  epochEnded: ({ at, trial, detail, database }) => {
    const record = readEpoch(database, trial, detail.epoch ?? null);
    return record && { type: 'epochEnded', trial, trainer: detail.trainer, record, at };
  },
  trialCompleted: (row) => ofTrial('trialCompleted', row),
  trialFailed: (row) => {
    const failed = ofTrial('trialFailed', row);
    return failed && failed.trial.failure !== null ? { ...failed, ...failed.trial.failure } : undefined;
  },
  trialInterrupted: (row) => ofTrial('trialInterrupted', row),
  trialRepeated: (row) => {
    const repeated = ofTrial('trialRepeated', row);
    return repeated && { ...repeated, ...row.detail };
  },
  trialRetried: (row) => ofTrial('trialRetried', row),
  trialReused: (row) => ofTrial('trialReused', row),
  trialEvaluated: ({ at, trial, detail, database }) => {
    const evaluation = readEvaluation(database, trial, detail.split);
    return evaluation && { type: 'trialEvaluated', evaluation, at };
  },
  controllerUpdated: ({ at, detail, database }) => {
    const update = readUpdate(database, detail.update);
    return update && { type: 'controllerUpdated', update, at };
  },
  runPaused: ({ at }) => ({ type: 'runPaused', at }),
  runContinued: ({ at }) => ({ type: 'runContinued', at }),
  runEnded: ({ at, detail }) => ({ type: 'runEnded', ...detail, at }),
};

function ofTrial<Type extends StoredType>(
  type: Type,
  { at, trial, trialAt }: Pick<Row<StoredType>, 'at' | 'trial' | 'trialAt'>,
): { readonly type: Type; readonly trial: Trial; readonly at: number } | undefined {
  const found = trialAt(trial);
  return found && { type, trial: found, at };
}

function isStoredType(type: string): type is StoredType {
  return Object.hasOwn(details, type);
}

/** @returns undefined for text that is not JSON, which no schema of a detail accepts */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
