import { z } from 'zod';
import { languageLimits } from '../architecture/cell/language-model';
import { recurrentCellSchema } from '../architecture/cell/recurrent-cell';
import {
  convArchitectureSchema,
  imageTaskSchema,
  type ConvArchitecture,
} from '../architecture/conv/conv-architecture';
import { networkOfLayersSchema } from '../architecture/conv/layered-network';
import { textLevelSchema } from '../dataset/text-options';
import { measureSchema } from '../run/measure';
import { tokenSchema } from './token';

/** What the field `format` of a file says. */
export const architectureFormat = 'cellsmith-architecture';
/** Version of the format; docs/architecture-files.md tells what changed. */
export const architectureVersion = 2;

const count = z.int().min(0);

/** Where an architecture comes from: a child of a run. */
const originSchema = z.strictObject({
  run: z.strictObject({ id: z.string().min(1).max(200), name: z.string().max(200) }),
  trial: z.int().min(1),
  /** How the child stood: 'completed', 'failed', … */
  state: z.string().max(32),
  /** Canonical hash. */
  hash: z.string().max(64),
  tokens: z.array(tokenSchema).max(100_000).readonly(),
  reward: z.number().nullable(),
  /** What the reward is made of: an accuracy in [0, 1] or a perplexity; null before there was one. */
  validation: z.strictObject({ measure: measureSchema, value: z.number() }).nullable(),
  /** Milliseconds of training; null for a child that was not trained to an end. */
  trainedFor: z.number().min(0).nullable(),
});

/** @param network how a network is written */
function fileSchema<Version extends number, Network extends z.ZodType<ConvArchitecture>>(
  version: Version,
  network: Network,
) {
  const common = {
    format: z.literal(architectureFormat),
    version: z.literal(version),
    /** Trained numbers, of the whole network or language model. */
    parameters: count,
    /** Multiplications, each with an addition, for one image or token. */
    multiplyAdds: count,
    origin: originSchema.nullable(),
  };
  return z.discriminatedUnion('kind', [
    z.strictObject({
      ...common,
      kind: z.literal('conv'),
      architecture: network,
      /** Images that it sees, and classes that it tells apart. */
      task: imageTaskSchema,
    }),
    z.strictObject({
      ...common,
      kind: z.literal('cell'),
      architecture: recurrentCellSchema,
      /** The language model around the cell. */
      task: z.strictObject({
        level: textLevelSchema,
        vocabulary: z.int().min(1).max(languageLimits.vocabulary),
        layers: z.int().min(1).max(languageLimits.layers),
        hidden: z.int().min(1).max(languageLimits.hidden),
        sharedEmbeddings: z.boolean(),
      }),
    }),
  ]);
}

/** The form of an architecture file; `parseArchitectureFile` also checks that its counts are those of its architecture. */
export const architectureFileSchema = fileSchema(architectureVersion, convArchitectureSchema);
export type ArchitectureFile = z.infer<typeof architectureFileSchema>;

/** Version 1, whose networks are layers, as a file of this version. */
export const firstVersionSchema = fileSchema(1, networkOfLayersSchema).transform((file): ArchitectureFile =>
  file.kind === 'conv'
    ? { ...file, version: architectureVersion }
    : { ...file, version: architectureVersion },
);
