import { z } from 'zod';

const count = z.int().min(0);

/** The ways in which a data set of images comes. */
export const datasetFormSchema = z.enum([
  'cifar10-binary',
  'cifar10-python',
  'cifar100-binary',
  'cifar100-python',
  'idx',
  'class-folders',
]);
export type DatasetForm = z.infer<typeof datasetFormSchema>;

/** What holds the files. */
const datasetContainerSchema = z.enum(['folder', 'tar', 'zip', 'file']);
export type DatasetContainer = z.infer<typeof datasetContainerSchema>;

const splitSchema = z.strictObject({
  count,
  /** Images of each class, in the order of `classes`. */
  perClass: z.array(count),
});

/** Where the test split comes from: the data set has one, or it was drawn from all images by a seed. */
const testOriginSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('given') }),
  z.strictObject({ kind: z.literal('drawn'), fraction: z.number().gt(0).lt(1), seed: z.int() }),
]);

const fileProblemSchema = z.strictObject({ file: z.string(), reason: z.string() });

/** Something a user should know before training on the data; it stops nothing. */
const datasetWarningSchema = z.strictObject({
  code: z.enum([
    'class-imbalance',
    'tiny-class',
    'empty-class',
    'duplicates',
    'test-leak',
    'conflicting-labels',
    'unreadable-files',
    'unused-split',
    'unused-files',
    'unusual-batch-size',
    'mixed-sizes',
  ]),
  message: z.string(),
});
export type DatasetWarning = z.infer<typeof datasetWarningSchema>;

/** Images that are equal pixel by pixel. */
const duplicatesSchema = z.strictObject({
  /** Surplus copies among the training images, and among the test images. */
  withinTrain: count,
  withinTest: count,
  /** Test images that are also among the training images: a leak. */
  acrossSplits: count,
  /** Duplicates with a different class than the first copy. */
  conflictingLabels: count,
  /** Some of them by name: the files, or 'file, record n', of one image. */
  examples: z.array(z.array(z.string()).min(2)),
});

export const imageDatasetDescriptionSchema = z.strictObject({
  kind: z.literal('images'),
  form: datasetFormSchema,
  container: datasetContainerSchema,
  /** Absolute path of the folder or archive. */
  location: z.string(),
  /** Bytes and number of the files that make up the data set; of an archive, its own size. */
  bytes: count,
  files: count,
  classes: z.array(z.string()).min(2),
  splits: z.strictObject({ train: splitSchema, test: splitSchema }),
  testSplit: testOriginSchema,
  /** Sizes of the images before resizing, in pixels, most frequent first; at most 20 of `distinctSizes`. */
  sizes: z.array(z.strictObject({ width: count, height: count, count })),
  distinctSizes: count,
  /** How many images were grey (their one channel was made three). */
  grey: count,
  /** Of red, green and blue over all pixels of the training images before resizing, in the bytes' own units (0–255). */
  mean: z.array(z.number()).length(3),
  deviation: z.array(z.number()).length(3),
  duplicates: duplicatesSchema,
  /** Files that could not be read, with the reason; at most 1,000 of `count` by name. */
  unreadable: z.strictObject({ count, files: z.array(fileProblemSchema) }),
  warnings: z.array(datasetWarningSchema),
  /** 64 hexadecimal digits: identifies the images, labels and class names, independent of the container (docs/datasets.md). */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ImageDatasetDescription = z.infer<typeof imageDatasetDescriptionSchema>;
