import type { Task } from '../tasks/task';
import { tasks, type BuiltInTask, type ModelOf } from '../tasks/tasks';
import { z } from 'zod';
import { metricIdSchema, metricNamed, metricText, type MetricId } from '../run/metric';
import { tokenSchema, tokensOf } from './token';
import { CellsmithError } from '../errors';
import { type Drawing, svgOf } from '../diagrams/drawing';
import { shortCount } from '../architecture/conv/conv-text';
import type { SearchConfig } from '../config/search-config';
import type { Trial } from '../run/trial';
import { spaceOf, modelMaker } from '../tasks/searched';
import { dataKinds, type DatasetDescription } from '../tasks/data-kinds';

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
const firstVersionSchema = fileSchema(
  1,
  ({ firstArchitectureSchema, architectureSchema }) => firstArchitectureSchema ?? architectureSchema,
).transform((file): ArchitectureFile => ({ ...file, version: architectureVersion }));

/** Limit on the size of a file; characters. */
export const largestArchitectureFile = 32 * 1024 * 1024;

/**
 * Reads the text of an architecture file of any version, which may come from anywhere: its form is checked, then that nodes refer to
 * what is there, then that its counts are those of its architecture.
 * @param name how errors call the file
 * @throws {CellsmithError} 'architecture.invalid', naming the field and what it must be
 */
export function parseArchitectureFile(text: string, name: string): ArchitectureFile {
  const wrong = (what: string, cause?: unknown): CellsmithError =>
    new CellsmithError('architecture.invalid', `${name} ${what}`, { cause });
  if (text.length > largestArchitectureFile)
    throw wrong(`is too large for an architecture file (${Math.round(text.length / 1024 / 1024)} MB).`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw wrong('is not JSON: save the architecture again.', error);
  }
  const { format, version } = (typeof json === 'object' && json !== null ? json : {}) as Partial<
    Record<'format' | 'version', unknown>
  >;
  if (format !== architectureFormat)
    throw wrong(`is no architecture file of Cellsmith: its format should be "${architectureFormat}".`);
  if (typeof version === 'number' && Number.isInteger(version) && version > architectureVersion)
    throw wrong(
      `has version ${version}, and this Cellsmith knows versions up to ${architectureVersion}. Open it with a newer Cellsmith.`,
    );
  const parsed = (version === 1 ? firstVersionSchema : architectureFileSchema).safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues
      .slice(0, 3)
      .map((issue) => `${pathText(issue.path)}: ${issue.message}`);
    throw wrong(`is damaged. ${issues.join('; ')}.`, parsed.error);
  }
  const file = parsed.data;
  const counts = countsIn(file, wrong);
  for (const field of ['parameters', 'multiplyAdds'] as const)
    if (file[field] !== counts[field])
      throw wrong(`is damaged. ${field}: is ${file[field]}, but its architecture has ${counts[field]}.`);
  return file;
}

/** @param wrong makes the error of a network whose shapes do not suit each other */
function countsIn(
  file: ArchitectureFile,
  wrong: (what: string, cause: unknown) => CellsmithError,
): ReturnType<typeof countsOf> {
  try {
    return countsOf(file);
  } catch (error) {
    if (error instanceof CellsmithError) throw wrong(`is damaged. ${error.message}`, error);
    throw error;
  }
}

/** The file as indented text. */
export function architectureFileText(file: ArchitectureFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** What an architecture costs on its task. */
export function countsOf({ kind, architecture, task }: FileModel): {
  readonly parameters: number;
  readonly multiplyAdds: number;
} {
  const { parameters, multiplyAdds } = tasks.of(kind).costs(architecture, task);
  return { parameters, multiplyAdds };
}

/** 'architecture.layers[3].inputs[0]', or 'the file' for the whole. */
function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}

/** @param remarks whether shapes and parameters are written next to the layers of a network */
export function drawArchitecture(file: ArchitectureFile, remarks: boolean): Drawing {
  return tasks.of(file.kind).draw(file.architecture, file.task, remarks);
}

/** 'Child 17 of Three children', or what an architecture without an origin is. */
export function architectureName({ kind, origin }: ArchitectureFile): string {
  if (origin !== null) return `Child ${origin.trial} of ${origin.run.name}`;
  return tasks.of(kind).words.unnamed;
}

/** The image of an architecture as a file of SVG, with its name and its figures. */
export function architectureSvg(file: ArchitectureFile): string {
  const validation = file.origin?.validation;
  const figures = [
    ...(validation ? [reachedText(validation)] : []),
    `${shortCount(file.parameters)} parameters`,
  ];
  return svgOf(drawArchitecture(file, true), `${architectureName(file)}: ${figures.join(', ')}`);
}

/** '93.41 % validation accuracy', 'validation perplexity 78.4'. */
function reachedText({
  measure: metric,
  value,
}: {
  readonly measure: MetricId;
  readonly value: number;
}): string {
  const { name, unit } = metricNamed(metric);
  const text = metricText(metric, value);
  return unit === null ? `validation ${name} ${text}` : `${text} validation ${name}`;
}

/** What makes the architectures of a run's children known. */
export interface RunOfTrial {
  readonly id: string;
  readonly config: SearchConfig;
  readonly dataset: DatasetDescription;
}

/**
 * The architecture of a child, with all that a file of it says.
 * @throws {CellsmithError} 'architecture.invalid' when its decisions are none of the run's space, 'config.invalid' when data and
 *   configuration do not go together
 */
export function architectureOfTrial({ id, config, dataset }: RunOfTrial, trial: Trial): ArchitectureFile {
  const { startedAt, endedAt } = trial;
  // Models of a task are among those that files hold.
  const model = modelMaker(config, dataset)(trial.depth, trial.decisions) as FileModel;
  const { parameters, multiplyAdds } = countsOf(model);
  return {
    format: architectureFormat,
    version: architectureVersion,
    ...model,
    parameters,
    multiplyAdds,
    origin: {
      run: { id, name: config.name },
      trial: trial.number,
      state: trial.state,
      hash: trial.architectureHash,
      tokens: tokensOf(spaceOf(config.space), trial.depth, trial.decisions, trial.logProbabilities),
      reward: trial.reward,
      validation:
        trial.measure === null
          ? null
          : { measure: dataKinds.of(config.recipe.kind).metrics[0].id, value: trial.measure },
      trainedFor: startedAt === null || endedAt === null ? null : endedAt - startedAt,
    },
  };
}
