import { z } from 'zod';
import { searchConfigSchema } from '../config/search-config';
import { datasetDescriptionSchema } from '../tasks/data-kinds';
import { controllerUpdateSchema, type ControllerUpdate } from '../run/run-event';
import { queueStateSchema } from '../run/queue-state';
import { evaluationSchema } from '../run/evaluation';
import { runSummarySchema } from '../run/run-summary';
import { type ListedTrial, endings, trialStates } from '../run/trial';

/** Columns of numbers; NaN encodes null. */
const numberColumns = [
  'number',
  'replica',
  'depth',
  'parameters',
  'multiplyAdds',
  'reward',
  'measure',
  'reusedFrom',
  'retries',
  'batchSize',
  'startedAt',
  'endedAt',
] as const;
type NumberColumn = (typeof numberColumns)[number];

const doubles = z.custom<Float64Array>((value) => value instanceof Float64Array);
const shorts = z.custom<Uint16Array>((value) => value instanceof Uint16Array);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/**
 * Trials as columns. Thousands of objects with lists in them take seconds on their way into a sandboxed page, where each value is
 * copied by itself; columns are copied as they are.
 */
export const packedTrialsSchema = z
  .strictObject({
    numbers: z.record(z.enum(numberColumns), doubles),
    /** Places in the list of states. */
    states: bytes,
    /** Places in the list of endings, from 1; 0 for none. */
    endings: bytes,
    hashes: z.array(z.string()),
    /** Failures by index in the columns. */
    failures: z.array(z.tuple([z.int().min(0), z.custom<NonNullable<ListedTrial['failure']>>(isFailure)])),
    /** How many decisions each has, and all of them: a single number n as 2n, a list of l bits as 2l + 1 and the bits. */
    decisionCounts: shorts,
    decisions: shorts,
  })
  .refine(
    ({ numbers, states, endings, hashes, decisionCounts }) =>
      [...Object.values(numbers), states, endings, decisionCounts].every(
        ({ length }) => length === hashes.length,
      ),
    'Columns of trials must have the same length.',
  )
  .refine(({ states }) => states.every((state) => state < trialStates.length), 'Unknown trial state.');
type PackedTrials = z.infer<typeof packedTrialsSchema>;

function isFailure(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'reason' in value && 'message' in value;
}

/** Trials as columns, for `unpackTrials`. */
export function packTrials(trials: readonly ListedTrial[]): PackedTrials {
  const count = trials.length;
  const column = (name: NumberColumn): Float64Array =>
    filled(new Float64Array(count), trials, (trial) => trial[name] ?? NaN);
  const codes: number[] = [];
  for (const { decisions } of trials)
    for (const decision of decisions)
      if (typeof decision === 'number') codes.push(2 * decision);
      else codes.push(2 * decision.length + 1, ...decision);
  return {
    numbers: Object.fromEntries(numberColumns.map((name) => [name, column(name)])) as Record<
      NumberColumn,
      Float64Array
    >,
    states: filled(new Uint8Array(count), trials, ({ state }) => trialStates.indexOf(state)),
    endings: filled(new Uint8Array(count), trials, ({ endedBy }) =>
      endedBy === null ? 0 : endings.indexOf(endedBy) + 1,
    ),
    hashes: trials.map(({ architectureHash }) => architectureHash),
    failures: trials.flatMap(({ failure }, place) => (failure === null ? [] : [[place, failure]])),
    decisionCounts: filled(new Uint16Array(count), trials, ({ decisions }) => decisions.length),
    decisions: new Uint16Array(codes),
  };
}

function filled<C extends Column>(
  column: C,
  trials: readonly ListedTrial[],
  value: (trial: ListedTrial) => number,
): C {
  for (const [place, trial] of trials.entries()) column[place] = value(trial);
  return column;
}

/** The trials of `packTrials`. @throws {RangeError} when the columns end before the last trial does */
export function unpackTrials(packed: PackedTrials): ListedTrial[] {
  const decisions = reader(packed.decisions);
  const failures = new Map(packed.failures);
  return packed.hashes.map((architectureHash, place): ListedTrial => {
    const number = (name: NumberColumn): number => valueAt(packed.numbers[name], place);
    const orNull = (name: NumberColumn): number | null => {
      const value = number(name);
      return Number.isNaN(value) ? null : value;
    };
    return {
      number: number('number'),
      state: trialStates[valueAt(packed.states, place)] ?? 'proposed',
      replica: number('replica'),
      depth: number('depth'),
      decisions: times(valueAt(packed.decisionCounts, place), () => {
        const head = decisions();
        return head % 2 === 0 ? head / 2 : times((head - 1) / 2, decisions);
      }),
      architectureHash,
      parameters: number('parameters'),
      multiplyAdds: number('multiplyAdds'),
      reward: orNull('reward'),
      measure: orNull('measure'),
      failure: failures.get(place) ?? null,
      reusedFrom: orNull('reusedFrom'),
      retries: number('retries'),
      batchSize: orNull('batchSize'),
      endedBy: endings[valueAt(packed.endings, place) - 1] ?? null,
      startedAt: orNull('startedAt'),
      endedAt: orNull('endedAt'),
    };
  });
}

type Column = Float64Array | Uint16Array | Uint8Array;

function valueAt(column: Column, place: number): number {
  const value = column[place];
  if (value === undefined) throw new RangeError('The columns of the trials are too short.');
  return value;
}

/** Gives the values of a column one after the other. */
function reader(column: Column): () => number {
  let place = 0;
  return () => valueAt(column, place++);
}

function times<T>(count: number, make: () => T): T[] {
  const made: T[] = [];
  for (let index = 0; index < count; index++) made.push(make());
  return made;
}

/** The child that a trainer is at: its epoch from 0, and steps of the epoch. */
const trainerSchema = z.strictObject({
  trainer: z.int().min(1),
  trial: z.int().min(1),
  since: z.number(),
  restored: z.int().min(0),
  epoch: z.int().min(0),
  step: z.int().min(0),
  steps: z.int().min(1),
});
export type TrainerAtWork = z.infer<typeof trainerSchema>;

/** A run as sent to its page; the epochs of its children are requested separately. */
export const packedRunSchema = z.strictObject({
  summary: runSummarySchema,
  /** Names the run wherever its folder is moved. */
  id: z.string(),
  config: searchConfigSchema,
  dataset: z.strictObject({ location: z.string(), description: datasetDescriptionSchema }),
  /** The child of another run that the only given child was; its folder is null where that run is not among the runs. */
  origin: z
    .strictObject({ folder: z.string().nullable(), run: z.string(), trial: z.int().min(1) })
    .nullable(),
  /** Children whose weights are kept. */
  weights: z.array(z.int().min(1)),
  trials: packedTrialsSchema,
  updates: z.array(controllerUpdateSchema),
  evaluations: z.array(evaluationSchema),
  /** The id of the last event that is included. */
  lastEvent: z.int().min(0),
  /** What this program knows beyond the folder while it searches there itself; null otherwise. */
  live: z
    .strictObject({
      startedAt: z.number().nullable(),
      /** Milliseconds that earlier sessions have used of the budget's hours. */
      activeBefore: z.number(),
      trainers: z.array(trainerSchema),
      queue: queueStateSchema.nullable(),
    })
    .nullable(),
});
export type PackedRun = z.infer<typeof packedRunSchema>;

/** A run as its page shows it. */
export type RunDetail = Omit<PackedRun, 'trials' | 'updates'> & {
  readonly trials: readonly ListedTrial[];
  readonly updates: readonly ControllerUpdate[];
};
