import type { Task } from '../tasks/task';
import { tasks, type BuiltInTask, type ModelOf } from '../tasks/tasks';
import { z } from 'zod';
import { metricIdSchema } from '../run/metric';
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
  validation: z.strictObject({ measure: metricIdSchema, value: z.number() }).nullable(),
  /** Milliseconds of training; null for a child that was not trained to an end. */
  trainedFor: z.number().min(0).nullable(),
});

/** @param architectureOf how a task's architectures are written */
function fileSchema(version: number, architectureOf: (task: Task) => z.ZodType) {
  return tasks.union<ArchitectureFile>((task) =>
    z.strictObject({
      ...common,
      version: z.literal(version),
      kind: z.literal(task.kind),
      architecture: architectureOf(task),
      /** What surrounds the architecture: shape of an image and classes, or the language model around a cell. */
      task: task.settingSchema,
    }),
  );
}

const common = {
  format: z.literal(architectureFormat),
  version: z.literal(architectureVersion),
  /** Trained numbers, of the whole network or language model. */
  parameters: count,
  /** Multiplications, each with an addition, for one image or token. */
  multiplyAdds: count,
  origin: originSchema.nullable(),
};

/** An architecture of any task, as files hold it. */
export type FileModel = ModelOf<BuiltInTask>;
export type ArchitectureFile = z.infer<z.ZodObject<typeof common>> & FileModel;

/** The form of an architecture file; `parseArchitectureFile` also checks that its counts are those of its architecture. */
export const architectureFileSchema = fileSchema(
  architectureVersion,
  ({ architectureSchema }) => architectureSchema,
);

/** Version 1, whose networks are layers, as a file of this version. */
export const firstVersionSchema = fileSchema(
  1,
  ({ firstArchitectureSchema, architectureSchema }) => firstArchitectureSchema ?? architectureSchema,
).transform((file): ArchitectureFile => ({ ...file, version: architectureVersion }));
