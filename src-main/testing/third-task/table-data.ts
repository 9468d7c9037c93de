import { z } from 'zod';
import { option } from '../../../src-shared/option';
import { type DataKind, fewDigits, type Metric } from '../../../src-shared/tasks/data-kind';

const count = z.int().min(1);
const fraction = z.number().gt(0).lt(1);

const tableDescriptionSchema = z.strictObject({
  kind: z.literal('table'),
  location: z.string(),
  /** Columns of numbers, and the classes that the last column names. */
  columns: z.array(z.string()).min(1),
  classes: z.array(z.string()).min(2),
  rows: z.strictObject({ train: count, test: count }),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
});
export type TableDescription = z.infer<typeof tableDescriptionSchema>;

export const tableRecipeSchema = z.strictObject({
  kind: z.literal('table'),
  epochs: option(count.max(1000), { label: 'Epochs', help: 'Passes over the training rows.' }),
  batchSize: option(count.max(4096), { label: 'Batch size', help: 'Rows per training step.' }),
  learningRate: option(z.number().positive().max(10), {
    label: 'Learning rate',
    help: 'Learning rate, constant.',
  }),
  validation: option(fraction, {
    label: 'Validation rows',
    help: 'Fraction of the training rows held out for the reward.',
  }),
  timeLimit: option(z.number().positive().nullable(), {
    label: 'Time limit',
    help: 'Training time after which a network is ended, with reward 0; null for no limit.',
    unit: 's',
  }),
});
export type TableRecipe = z.infer<typeof tableRecipeSchema>;

const error = z.number().min(0).max(1);
const tableEpochSchema = z.strictObject({
  kind: z.literal('table'),
  epoch: z.int().min(0),
  trainLoss: z.number(),
  trainError: error,
  validationLoss: z.number(),
  validationError: error,
  learningRate: z.number(),
  seconds: z.number().min(0),
});
export type TableEpoch = z.infer<typeof tableEpochSchema>;

const tableNeedSchema = z.strictObject({ kind: z.literal('table') });
const tableTestSchema = z.strictObject({ kind: z.literal('table'), file: z.string().min(1), count });

/** Stored in [0, 1]. */
const errorRate: Metric = {
  id: 'errorRate',
  name: 'error rate',
  unit: '%',
  difference: 'Difference, % points',
  better: 'lower',
  digits: 1,
  tickDigits: fewDigits,
  shown: (stored) => 100 * stored,
};

/** Rows of numbers with a class each. The reward is the share of the validation rows classified correctly in the best epoch. */
export const tableData: DataKind<
  TableDescription,
  TableRecipe,
  TableEpoch,
  z.infer<typeof tableNeedSchema>,
  z.infer<typeof tableTestSchema>
> = {
  kind: 'table',
  purpose: 'classification of rows',
  descriptionSchema: tableDescriptionSchema,
  describe: ({ location, columns, classes, rows, fingerprint }) => ({
    facts: [
      ['Data set', location],
      ['Columns', columns.join(', ')],
      ['Classes', classes.join(', ')],
      ['Fingerprint', fingerprint],
    ],
    table: [
      ['split', 'rows'],
      ['training', String(rows.train)],
      ['test', String(rows.test)],
    ],
    lines: [],
    notes: [],
  }),
  recipeSchema: tableRecipeSchema,
  epochSchema: tableEpochSchema,
  needSchema: tableNeedSchema,
  testSchema: tableTestSchema,
  sharedOptions: ['kind', 'validation'],
  alone: () => ({ timeLimit: null }),
  checkRecipe: () => undefined,
  metrics: [errorRate],
  metricOf: () => errorRate,
  reached: (epoch, on) =>
    on === 'train'
      ? { metric: epoch.trainError, loss: epoch.trainLoss }
      : { metric: epoch.validationError, loss: epoch.validationLoss },
  outcome: (epochs) => {
    if (epochs.length === 0) return { measure: null, reward: 0 };
    const measure = Math.min(...epochs.map(({ validationError }) => validationError));
    return { measure, reward: 1 - measure };
  },
  score: (stored) => -stored,
  epochHead: (metric) => ['loss', metric, 'validation loss', metric],
  epochCells: ({ trainLoss, trainError, validationLoss, validationError }, text) => [
    trainLoss.toFixed(3),
    text(trainError),
    validationLoss.toFixed(3),
    text(validationError),
  ],
  need: () => ({ kind: 'table' }),
  content: ({ columns, classes, rows }) => [columns, classes, rows],
  splitSeed: () => 0,
  epochSteps: ({ batchSize, validation }, { rows }) => {
    const aside = Math.round(validation * rows.train);
    return {
      training: Math.floor((rows.train - aside) / batchSize),
      evaluation: Math.ceil(aside / batchSize),
      examples: batchSize,
    };
  },
  draws: () => 0,
  requireTrainable: () => undefined,
};
