import { z } from 'zod';
import {
  languageEpochRecordSchema,
  type LanguageEpochRecord,
} from '../../../src-shared/tasks/text/language-epoch';
import { imageEpochRecordSchema, type ImageEpochRecord } from '../../../src-shared/tasks/images/image-epoch';
import type { EpochRecord } from '../../../src-shared/tasks/data-kinds';
import type { Database } from '../sqlite/database';

const imageRow = z
  .strictObject({
    trial: z.int(),
    epoch: z.int(),
    train_loss: z.number(),
    train_accuracy: z.number(),
    validation_loss: z.number(),
    validation_accuracy: z.number(),
    learning_rate: z.number(),
    seconds: z.number(),
  })
  .transform((row) => ({
    kind: 'images',
    epoch: row.epoch,
    trainLoss: row.train_loss,
    trainAccuracy: row.train_accuracy,
    validationLoss: row.validation_loss,
    validationAccuracy: row.validation_accuracy,
    learningRate: row.learning_rate,
    seconds: row.seconds,
  }))
  .pipe(imageEpochRecordSchema);

const languageRow = z
  .strictObject({
    trial: z.int(),
    epoch: z.int(),
    train_perplexity: z.number().nullable(),
    validation_perplexity: z.number().nullable(),
    learning_rate: z.number(),
    seconds: z.number(),
  })
  .transform((row) => ({
    kind: 'text',
    epoch: row.epoch,
    trainPerplexity: row.train_perplexity,
    validationPerplexity: row.validation_perplexity,
    learningRate: row.learning_rate,
    seconds: row.seconds,
  }))
  .pipe(languageEpochRecordSchema);

/** Adds what a child measured over an epoch. */
export function insertEpoch(database: Database, trial: number, record: EpochRecord): void {
  if (record.kind === 'images') insertImageEpoch(database, trial, record);
  else insertLanguageEpoch(database, trial, record);
}

function insertImageEpoch(database: Database, trial: number, record: ImageEpochRecord): void {
  const { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, learningRate, seconds } =
    record;
  database.run(
    `INSERT INTO epochs (trial, epoch, train_loss, train_accuracy, validation_loss, validation_accuracy, learning_rate, seconds)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [trial, epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, learningRate, seconds],
  );
}

function insertLanguageEpoch(database: Database, trial: number, record: LanguageEpochRecord): void {
  const { epoch, trainPerplexity, validationPerplexity, learningRate, seconds } = record;
  database.run(
    `INSERT INTO language_epochs (trial, epoch, train_perplexity, validation_perplexity, learning_rate, seconds)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [trial, epoch, trainPerplexity, validationPerplexity, learningRate, seconds],
  );
}

/** The epochs of a trial in order; a trial is on images or on text, so one of the tables has none. */
export function readEpochs(database: Database, trial: number): EpochRecord[] {
  const onImages = database.all('SELECT * FROM epochs WHERE trial = ? ORDER BY epoch', [trial], imageRow);
  if (onImages.length > 0) return onImages;
  return database.all('SELECT * FROM language_epochs WHERE trial = ? ORDER BY epoch', [trial], languageRow);
}

/** One epoch of a trial, or its last one for null; undefined where there is none. */
export function readEpoch(database: Database, trial: number, epoch: number | null): EpochRecord | undefined {
  const which = 'trial = ? AND (epoch = ? OR ? IS NULL) ORDER BY epoch DESC LIMIT 1';
  return (
    database.first(`SELECT * FROM epochs WHERE ${which}`, [trial, epoch, epoch], imageRow) ??
    database.first(`SELECT * FROM language_epochs WHERE ${which}`, [trial, epoch, epoch], languageRow)
  );
}

/** Sets the epochs of a trial whose training begins: it keeps only those that it resumes from. */
export function replaceEpochs(database: Database, trial: number, records: readonly EpochRecord[]): void {
  database.run('DELETE FROM epochs WHERE trial = ?', [trial]);
  database.run('DELETE FROM language_epochs WHERE trial = ?', [trial]);
  for (const record of records) insertEpoch(database, trial, record);
}
