import { z } from 'zod';
import { registryOf } from '../../src-shared/tasks/registry';

const file = z.string().min(1);
const count = z.int().min(1);

export const imageTestSchema = z.strictObject({
  kind: z.literal('images'),
  imagesFile: file,
  labelsFile: file,
  count,
});
export const textTestSchema = z.strictObject({ kind: z.literal('text'), tokensFile: file, count });

/** The test split of a data set, which a trainer is given for an evaluation only. */
export type TestFiles = z.infer<typeof imageTestSchema> | z.infer<typeof textTestSchema>;

/** Forms of test splits, by the kind of the data. */
const testForms = registryOf<{ readonly kind: string; readonly schema: z.ZodObject }>('test split', [
  { kind: 'images', schema: imageTestSchema },
  { kind: 'text', schema: textTestSchema },
]);

export const testFilesSchema = testForms.union<TestFiles>(({ schema }) => schema);
