import {
  imageDatasetDescriptionSchema,
  type ImageDatasetDescription,
} from '../../../src-shared/tasks/images/image-description';
import {
  textDatasetDescriptionSchema,
  type TextDatasetDescription,
} from '../../../src-shared/tasks/text/text-description';
import type { DataNeed } from '../../../src-shared/tasks/data-kinds';
import { imageTestSchema } from '../../../src-shared/tasks/images/image-data';
import { textTestSchema } from '../../../src-shared/tasks/text/text-data';
import {
  loadTrainingData,
  type LoadOptions,
  type TrainingData,
} from '../../datasets/images/load-training-data';
import { type DatasetOptions, locateDataset, openFiles } from '../../datasets/open';
import { dataReaders, describeDataset, openTest, prepareFor, recognise } from '../../datasets/prepare';
import { loadTrainingTokens, type TrainingTokens } from '../../datasets/text/text-reader';

/** What lies at a path, by its form. */
export async function recogniseAt(
  path: string,
): Promise<{ readonly kind: string; readonly source: unknown }> {
  return recognise(await openFiles(await locateDataset(path), {}), dataReaders.all());
}

/** `describeDataset` where images are known to lie. */
export async function describeImages(
  path: string,
  options: DatasetOptions = {},
): Promise<ImageDatasetDescription> {
  return imageDatasetDescriptionSchema.parse(await describeDataset(path, options));
}

export interface ImageOptions extends DatasetOptions {
  readonly side: number;
  readonly unreadable?: 'refuse' | 'skip';
}

function imageNeed({ side, unreadable = 'refuse' }: ImageOptions): DataNeed {
  return { kind: 'images', side, unreadable };
}

function textNeed({ text }: DatasetOptions): DataNeed {
  const limit = text?.vocabularyLimit;
  return {
    kind: 'text',
    level: text?.level ?? 'word',
    vocabularyLimit: limit === undefined ? 'auto' : limit,
  };
}

/** `prepareFor` of images. */
export async function prepareImages(path: string, options: ImageOptions) {
  const { description, trainFolder } = await prepareFor(imageNeed(options), path, options);
  return { description: imageDatasetDescriptionSchema.parse(description), trainFolder };
}

/** `prepareFor` of a text. */
export async function prepareText(
  path: string,
  options: DatasetOptions = {},
): Promise<{ readonly description: TextDatasetDescription; readonly trainFolder: string }> {
  const { description, trainFolder } = await prepareFor(textNeed(options), path, options);
  return { description: textDatasetDescriptionSchema.parse(description), trainFolder };
}

/** Images as a trainer gets them. */
export async function loadImages(
  path: string,
  options: ImageOptions & Omit<LoadOptions, 'trainFolder'>,
): Promise<TrainingData> {
  const { trainFolder } = await prepareImages(path, options);
  const { validation, seed } = options;
  return loadTrainingData({ trainFolder, validation, seed });
}

/** A text as a trainer gets it. */
export async function loadText(path: string, options: DatasetOptions = {}): Promise<TrainingTokens> {
  return loadTrainingTokens((await prepareText(path, options)).trainFolder);
}

/** The test split of images. */
export async function openTestImages(path: string, options: ImageOptions & { readonly purpose: string }) {
  return imageTestSchema.parse(await openTest(imageNeed(options), path, options));
}

/** The test split of a text. */
export async function openTestText(path: string, options: DatasetOptions & { readonly purpose: string }) {
  return textTestSchema.parse(await openTest(textNeed(options), path, options));
}
