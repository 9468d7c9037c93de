import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { architectureFileSchema } from '../../src-shared/architecture-file/architecture-file';
import { countLanguageParameters } from '../../src-shared/architecture/cell/language-model';
import { presets } from '../../src-shared/config/presets';
import { CellsmithError } from '../../src-shared/errors';
import { givenConfig } from '../../src-shared/given/subject';
import type { Evaluation, EvaluatedSplit } from '../../src-shared/run/evaluation';
import { outcomeOf } from '../../src-shared/run/metric';
import type { Trial } from '../../src-shared/run/trial';
import { epochRecordSchema, type DatasetDescription } from '../../src-shared/tasks/data-kinds';
import { modelMaker, taskOfSpace } from '../../src-shared/tasks/searched';
import { tasks, type Child } from '../../src-shared/tasks/tasks';
import { isOwnFile, requireOwnFiles } from './files/own-files';
import { manifestVersion, type RunManifest } from './manifest';
import { openDatabase, type Database } from './sqlite/database';
import { migrate } from './sqlite/migrations';
import { insertBatch } from './tables/batches';
import { insertEpoch, insertEvaluation } from './tables/epochs';
import { endSession, insertSession } from './tables/sessions';
import { insertTrial } from './tables/trials';

/** The metric as it is stored; null where it was not finite. */
const measuredSchema = z.strictObject({
  measure: z.number().nullable(),
  draws: z.int().min(0),
  at: z.number(),
});

/** training.json: releases up to 0.1 stored the training of one architecture in a separate kind of folder. Times are milliseconds since 1970. */
const recordSchema = z.strictObject({
  format: z.literal('cellsmith-training'),
  version: z.literal(1),
  name: z.string().min(1),
  createdAt: z.int(),
  child: tasks.union<Child>((task) => task.childSchema),
  /** Units of each layer of a language model; null for a network. */
  hidden: z.int().min(1).nullable(),
  parameters: z.int().min(0),
  seed: z.int().min(0).max(0xffffffff),
  data: z.strictObject({
    location: z.string(),
    fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
    skipUnreadable: z.boolean(),
  }),
  software: z.record(z.string(), z.string()),
  /** null when its process was killed. */
  outcome: z.enum(['completed', 'stopped', 'interrupted', 'failed']).nullable(),
  message: z.string().nullable(),
  epochs: z.array(epochRecordSchema),
  averaged: measuredSchema.nullable(),
  test: measuredSchema.nullable(),
});
type TrainingRecord = z.infer<typeof recordSchema>;

/** Upper bound of its size, in bytes. */
const largestFile = 64 * 1024 * 1024;

/** Files of the folder of a training, absolute. */
export function trainingFiles(folder: string) {
  return {
    record: join(folder, 'training.json'),
    architecture: join(folder, 'architecture.json'),
    weights: join(folder, 'weights.safetensors'),
    checkpoint: join(folder, 'checkpoint.safetensors'),
  } as const;
}

/** A training, converted to a run of one given child. */
export interface OldTraining {
  readonly manifest: RunManifest;
  readonly trial: Trial;
  /** Writes its tables, in one transaction. */
  readonly fill: (database: Database) => void;
}

type LanguageChild = Extract<Child, { readonly kind: 'text' }>;

function isLanguage(child: Child): child is LanguageChild {
  return 'cell' in child;
}

/** Whether a folder holds a training of an earlier release that has not been converted to a run. */
export function isOldTraining(folder: string): boolean {
  return existsSync(trainingFiles(folder).record) && !existsSync(join(folder, 'run.json'));
}

/** Reads a training. Properties of its data that it lacks are unknown until they are read. @throws CellsmithError 'run.damaged' */
export function readOldTraining(folder: string): OldTraining {
  const record = readRecord(folder);
  const { child, name, seed, createdAt, software, data, epochs, outcome } = record;
  const file = architectureIn(folder);
  const { recipe } = child;
  const architecture = isLanguage(child) ? child.cell : child.architecture;
  const base = Object.values(presets).find(({ config }) => config.recipe.kind === recipe.kind)?.config;
  if (base === undefined) throw new CellsmithError('internal', `There is no preset for ${recipe.kind}.`);
  const subject = { name, architecture, base, origin: file?.origin ?? null };
  const config = givenConfig([{ subject, recipe }], { seed, threads: null });
  const description = descriptionOf(record, file?.task);
  const task = taskOfSpace(config.space);
  const setting = modelMaker(config, description)(1, [0]).task;
  const isCompleted = outcome === 'completed';
  const endedAt = createdAt + Math.round(1000 * epochs.reduce((sum, { seconds }) => sum + seconds, 0));
  const trial: Trial = {
    number: 1,
    state: isCompleted ? 'completed' : 'interrupted',
    replica: 0,
    depth: 1,
    decisions: [0],
    logProbabilities: [],
    architectureHash: task.hash(architecture),
    parameters: record.parameters,
    multiplyAdds: task.costs(architecture, setting).multiplyAdds,
    ...(isCompleted ? outcomeOf(epochs, recipe) : { ...outcomeOf(epochs, recipe), reward: null }),
    failure: null,
    reusedFrom: null,
    retries: 0,
    batchSize: null,
    endedBy: null,
    startedAt: createdAt,
    endedAt: isCompleted ? endedAt : null,
  };
  return {
    manifest: {
      schema: manifestVersion,
      id: createHash('sha256')
        .update(`${basename(folder)} ${createdAt} ${data.fingerprint}`)
        .digest('hex')
        .slice(0, 32),
      createdAt,
      config,
      dataset: { location: data.location, fingerprint: data.fingerprint, description },
      seeds: { search: seed, split: 'splitSeed' in recipe ? recipe.splitSeed : 0 },
      software,
    },
    trial,
    fill: (database) =>
      database.transaction(() => {
        const session = { startedAt: createdAt, host: '', pid: 0, software };
        const number = insertSession(database, session);
        const ends = {
          completed: 'finished',
          stopped: 'stopped',
          interrupted: 'stopped',
          failed: 'failed',
        } as const;
        if (outcome !== null)
          endSession(database, number, { at: endedAt, outcome: ends[outcome], message: record.message });
        insertBatch(database, { number: 1, replica: 0, learned: isCompleted, parametersVersion: null });
        insertTrial(database, trial, 1);
        for (const epoch of epochs) insertEpoch(database, 1, epoch);
        for (const evaluation of evaluationsOf(record)) insertEvaluation(database, evaluation);
      }),
  };
}

/** The tables of a training, in memory. */
export function oldTrainingTables({ fill }: OldTraining): Database {
  const database = openDatabase(':memory:');
  migrate(database, ':memory:');
  fill(database);
  return database;
}

function readRecord(folder: string): TrainingRecord {
  const { record: path } = trainingFiles(folder);
  const names = ['training.json', 'architecture.json', 'weights.safetensors', 'checkpoint.safetensors'];
  requireOwnFiles(folder, Object.fromEntries(names.map((name) => [name, 'file'])));
  const damaged = (what: string, cause?: unknown): CellsmithError =>
    new CellsmithError('run.damaged', `${path} is damaged (${what}); restore it from a copy.`, { cause });
  if (!isOwnFile(path, largestFile)) throw damaged('it is too large');
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw damaged('it is not JSON', error);
  }
  const parsed = recordSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw damaged(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, parsed.error);
}

/** The file of its architecture: cells outside of the search space had none. */
function architectureIn(folder: string): z.infer<typeof architectureFileSchema> | undefined {
  const { architecture: path } = trainingFiles(folder);
  if (!isOwnFile(path, largestFile)) return undefined;
  try {
    return architectureFileSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

function evaluationsOf({ averaged, test }: TrainingRecord): Evaluation[] {
  const of = (split: EvaluatedSplit, measured: TrainingRecord['test']): Evaluation[] =>
    measured === null
      ? []
      : [{ trial: 1, split, metric: measured.measure, draws: measured.draws, at: measured.at }];
  return [...of('validation', averaged), ...of('test', test)];
}

/** A description of what is known of the data (location, fingerprint, classes or vocabulary), without files. */
function descriptionOf(
  { child, data, parameters, hidden }: TrainingRecord,
  task: unknown,
): DatasetDescription {
  const { location, fingerprint, skipUnreadable } = data;
  const common = { container: 'folder' as const, location, bytes: 0, files: 0, warnings: [], fingerprint };
  if (isLanguage(child)) {
    const { level, layers, sharedEmbeddings } = child.recipe;
    const count = (vocabulary: number): number =>
      countLanguageParameters({
        cell: child.cell,
        layers,
        hidden: hidden ?? 1,
        vocabulary,
        sharedEmbeddings,
      });
    // The number of parameters grows evenly with the vocabulary.
    const vocabularySize = Math.max(2, Math.round((parameters - count(0)) / (count(1) - count(0))));
    const split = {
      tokens: 0,
      lines: 0,
      outOfVocabulary: 0,
      outOfVocabularyRate: 0,
      sharedLines: 0,
      comparedLines: 0,
    };
    return {
      ...common,
      kind: 'text',
      form: 'plain-text',
      reading: { level, vocabularyLimit: null, lowerCase: false, words: 'spaces' },
      splits: { train: split, valid: split, test: split },
      splitOrigin: { kind: 'given' },
      vocabularySize,
      distinctTokens: vocabularySize,
      mostFrequent: [],
      firstLines: [],
      longestLine: { split: 'train', line: 1, tokens: 0 },
    };
  }
  const { classes = 10 } = z.object({ classes: z.int().min(2) }).safeParse(task).data ?? {};
  const split = { count: 0, perClass: Array.from({ length: classes }, () => 0) };
  return {
    ...common,
    kind: 'images',
    form: 'class-folders',
    classes: Array.from({ length: classes }, (_, index) => String(index + 1)),
    splits: { train: split, test: split },
    testSplit: { kind: 'given' },
    sizes: [],
    distinctSizes: 0,
    grey: 0,
    mean: [0, 0, 0],
    deviation: [0, 0, 0],
    duplicates: { withinTrain: 0, withinTest: 0, acrossSplits: 0, conflictingLabels: 0, examples: [] },
    unreadable: { count: skipUnreadable ? 1 : 0, files: [] },
  };
}

/** Whether a description comes from a training whose data have not been read since. */
export function isUnknown(description: DatasetDescription): boolean {
  return 'files' in description && description.files === 0;
}
