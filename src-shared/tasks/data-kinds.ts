import type { z } from 'zod';
import type { DataKind } from './data-kind';
import { imageData } from './images/image-data';
import { registryOf } from './registry';
import { textData } from './text/text-data';

const builtIn = [imageData, textData] as const;
type BuiltIn = (typeof builtIn)[number];

/** A description of a data set of any kind. */
export type DatasetDescription = z.infer<BuiltIn['descriptionSchema']>;
/** How children are trained and rewarded, on any kind of data. */
export type Recipe = z.infer<BuiltIn['recipeSchema']>;
/** What a child measured over one epoch. All epochs of a run are of one kind. */
export type EpochRecord = z.infer<BuiltIn['epochSchema']>;

/** The kinds of data that children are trained on. */
export const dataKinds = registryOf<DataKind>('kind of data', builtIn);

/** What a search needs of its data, of any kind. */
export type DataNeed = z.infer<BuiltIn['needSchema']>;

export const dataNeedSchema = dataKinds.union<DataNeed>(({ needSchema }) => needSchema);

/** Files of a test split of any kind. */
export type TestFiles = z.infer<BuiltIn['testSchema']>;

export const testFilesSchema = dataKinds.union<TestFiles>(({ testSchema }) => testSchema);

export const datasetDescriptionSchema = dataKinds.union<DatasetDescription>(
  ({ descriptionSchema }) => descriptionSchema,
);
export const epochRecordSchema = dataKinds.union<EpochRecord>(({ epochSchema }) => epochSchema);

/** Makes sure, before anything is made that is to be trained, that there are data to train on. @throws CellsmithError 'config.invalid' */
export function requireTrainable(recipe: Recipe, description: DatasetDescription): void {
  if (recipe.kind === description.kind) dataKinds.of(recipe.kind).requireTrainable(recipe, description);
}
