import { z } from 'zod';
import { epochRecordSchema, type EpochRecord } from '../../../src-shared/run/trial';
import type { Database } from '../sqlite/database';

const epochRow = z
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
    epoch: row.epoch,
    trainLoss: row.train_loss,
    trainAccuracy: row.train_accuracy,
    validationLoss: row.validation_loss,
    validationAccuracy: row.validation_accuracy,
    learningRate: row.learning_rate,
    seconds: row.seconds,
  }))
  .pipe(epochRecordSchema);

/** Adds what a child measured over an epoch. */
export function insertEpoch(database: Database, trial: number, record: EpochRecord): void {
  database.run(
    `INSERT INTO epochs (trial, epoch, train_loss, train_accuracy, validation_loss, validation_accuracy, learning_rate, seconds)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      trial,
      record.epoch,
      record.trainLoss,
      record.trainAccuracy,
      record.validationLoss,
      record.validationAccuracy,
      record.learningRate,
      record.seconds,
    ],
  );
}

/** The epochs of a trial in order. */
export function readEpochs(database: Database, trial: number): EpochRecord[] {
  return database.all('SELECT * FROM epochs WHERE trial = ? ORDER BY epoch', [trial], epochRow);
}

/** Forgets the epochs of a trial that is about to be trained again from its start. */
export function deleteEpochs(database: Database, trial: number): void {
  database.run('DELETE FROM epochs WHERE trial = ?', [trial]);
}
