import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CellsmithError } from '../../src-shared/errors';
import { epochRecordSchema } from '../../src-shared/tasks/data-kinds';
import { trainingOutcomes } from '../../src-shared/training/training-event';
import { requireOwnFiles } from '../runs/files/own-files';
import { writeAtomically } from '../runs/files/write-atomically';
import { childSchema } from '../workers/protocol';

/** An accuracy in [0, 1], or a perplexity; null for one past all numbers. `draws` of dropout were averaged, 0 for none. */
const measuredSchema = z.strictObject({
  measure: z.number().nullable(),
  draws: z.int().min(0),
  at: z.number(),
});

/** What training.json says: all that is needed to understand a training, or to go on with it. Times are milliseconds since 1970. */
const trainingRecordSchema = z.strictObject({
  format: z.literal('cellsmith-training'),
  version: z.literal(1),
  name: z.string(),
  createdAt: z.number(),
  /** The architecture and its recipe. */
  child: childSchema,
  /** Units of each layer of a language model; null for a network. */
  hidden: z.int().min(1).nullable(),
  parameters: z.int().min(0),
  seed: z.int().min(0).max(0xffffffff),
  data: z.strictObject({
    /** Where it was when the training began. */
    location: z.string(),
    fingerprint: z.string(),
    skipUnreadable: z.boolean(),
  }),
  software: z.record(z.string(), z.string()),
  /** null while it is under way, or when its process was killed. */
  outcome: z.enum(trainingOutcomes).nullable(),
  message: z.string().nullable(),
  epochs: z.array(epochRecordSchema),
  /** Of the weights that were left: on validation data over draws of dropout, and on the test, where it was asked for. */
  averaged: measuredSchema.nullable(),
  test: measuredSchema.nullable(),
});
export type TrainingRecord = z.infer<typeof trainingRecordSchema>;

/** A larger training.json is none of ours; bytes. */
const largestRecord = 64 * 1024 * 1024;

const entriesOfTraining = {
  'training.json': 'file',
  'weights.safetensors': 'file',
  'checkpoint.safetensors': 'file',
  'architecture.json': 'file',
  'log.txt': 'file',
  'log.txt.1': 'file',
} as const;

/** Files of a training's folder, absolute. */
export function trainingFiles(folder: string): {
  readonly record: string;
  readonly weights: string;
  readonly checkpoint: string;
  readonly architecture: string;
  readonly log: string;
} {
  return {
    record: join(folder, 'training.json'),
    weights: join(folder, 'weights.safetensors'),
    checkpoint: join(folder, 'checkpoint.safetensors'),
    architecture: join(folder, 'architecture.json'),
    log: join(folder, 'log.txt'),
  };
}

/** @throws run.not-writable */
export function writeTrainingRecord(folder: string, record: TrainingRecord): void {
  writeAtomically(trainingFiles(folder).record, `${JSON.stringify(record, null, 2)}\n`);
}

/** @throws run.not-found when the folder holds no training, run.newer-version, run.damaged */
export function readTrainingRecord(folder: string): TrainingRecord {
  const { record: path } = trainingFiles(folder);
  requireOwnFiles(folder, entriesOfTraining);
  let text: string;
  try {
    if (statSync(path).size > largestRecord) throw new RangeError('It is too large.');
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CellsmithError(
      'run.not-found',
      `${folder} holds no training: it has no training.json that can be read.`,
      {
        cause: error,
      },
    );
  }
  const json = parseJson(text);
  const { version } = z.looseObject({ version: z.int() }).catch({ version: 1 }).parse(json);
  if (version > 1)
    throw new CellsmithError(
      'run.newer-version',
      `${path} was written by a newer release of Cellsmith: install that release to go on with it.`,
    );
  const parsed = trainingRecordSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CellsmithError(
    'run.damaged',
    `${path} is damaged (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}): begin the training anew.`,
    { cause: parsed.error },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
