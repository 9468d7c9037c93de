import { z } from 'zod';
import { measurementSchema } from '../estimate/measurement';

/** What went wrong, as it crosses to the window: the code and the sentence of a CellsmithError. */
export const problemSchema = z.strictObject({ code: z.string(), message: z.string() });
export type Problem = z.infer<typeof problemSchema>;

/** Progress of reading a data set; `share` is null while unknown. */
export const readingSchema = z.strictObject({
  stage: z.enum(['listing', 'reading', 'arranging', 'checking']),
  done: z.number(),
  total: z.number().nullable(),
  millisecondsLeft: z.number().nullable(),
});
export type Reading = z.infer<typeof readingSchema>;

export const themes = ['system', 'light', 'dark'] as const;

const share = z.number().min(0).max(1);

/** The training engine: being looked for or installed, ready, or not to be had. */
export const engineStateSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('busy'),
    stage: z.enum(['checking', 'waiting', 'downloading', 'extracting', 'compiling', 'verifying']),
    /** Bytes; 0 where the stage has none. */
    done: z.number(),
    total: z.number(),
    millisecondsLeft: z.number().nullable(),
  }),
  z.strictObject({
    kind: z.literal('ready'),
    tensorflow: z.string(),
    variant: z.enum(['cpu', 'cuda']),
    directory: z.string(),
    /** Cores of this machine, which trainers share. */
    threads: z.int().min(1),
  }),
  z.strictObject({ kind: z.literal('failed'), problem: problemSchema }),
]);
export type EngineState = z.infer<typeof engineStateSchema>;

/** What the program does with a run: nothing, preparing one, or running it. */
export const sessionStateSchema = z.discriminatedUnion('kind', [
  /** `problem` is why the last run did not start, or failed. */
  z.strictObject({
    kind: z.literal('idle'),
    folder: z.string().nullable(),
    problem: problemSchema.nullable(),
  }),
  z.strictObject({
    kind: z.literal('preparing'),
    /** Folder of the resumed run; null for a new one, whose folder is created at the end of the preparation. */
    folder: z.string().nullable(),
    step: z.enum(['data', 'engine']),
    /** Of the data set's reading; null while there is none. */
    reading: readingSchema.nullable(),
  }),
  z.strictObject({
    kind: z.literal('searching'),
    folder: z.string(),
    name: z.string(),
    ended: z.int().min(0),
    running: z.int().min(0),
    /** Of the only child, in training: its epoch, from 1, and of how many. Null where there are several. */
    epoch: z.strictObject({ current: z.int().min(1), of: z.int().min(1) }).nullable(),
    /** Of the budget, from 0 to 1; null without a limit. */
    share: share.nullable(),
    /** Milliseconds, with one standard deviation; null while too uncertain. */
    timeLeft: z.strictObject({ milliseconds: z.number(), uncertainty: z.number() }).nullable(),
    ending: z.enum(['afterEpoch', 'now']).nullable(),
    paused: z.boolean(),
  }),
]);
export type SessionState = z.infer<typeof sessionStateSchema>;

/** What the measuring of this machine does: nothing, getting ready, or training typical children. */
const calibrationStateSchema = z.discriminatedUnion('kind', [
  /** `problem` is why the last measurement failed. */
  z.strictObject({ kind: z.literal('idle'), problem: problemSchema.nullable() }),
  z.strictObject({
    kind: z.literal('preparing'),
    step: z.enum(['data', 'engine']),
    reading: readingSchema.nullable(),
  }),
  z.strictObject({
    kind: z.literal('measuring'),
    /** Children. */
    done: z.int().min(0),
    total: z.int().min(1),
    millisecondsLeft: z.number().nullable(),
  }),
]);

/** The running measurement, and all measurements of this engine on this machine. */
export const calibrationSchema = z.strictObject({
  state: calibrationStateSchema,
  measurements: z.array(measurementSchema),
});
export type Calibration = z.infer<typeof calibrationSchema>;

/** What the training engine is on this machine, and how fast. */
export const engineReportSchema = z.strictObject({
  tensorflow: z.string(),
  variant: z.enum(['cpu', 'cuda']),
  /** Of tfjs and of tfjs-node-gpu, whose binding was compiled. */
  tfjs: z.string(),
  binding: z.string(),
  directory: z.string(),
  /** Names of the GPUs in use; empty when it runs on the CPU. */
  gpus: z.array(z.string()),
  cpu: z.string(),
  cores: z.int().min(1),
  /** Extensions of the CPU that kernels make use of. */
  features: z.array(z.string()),
  oneDnn: z.boolean(),
  threads: z.int().min(1),
  /** Multiplication of square matrices of `side` rows, float32. */
  matmul: z.strictObject({ side: z.int().min(1), gflops: z.number() }),
});
export type EngineReportState = z.infer<typeof engineReportSchema>;

export const settingsSchema = z.strictObject({
  theme: z.enum(themes),
  /** A notification of the system when a search ends. */
  notify: z.boolean(),
  /** What a new search takes of this machine by default. */
  trainers: z.strictObject({
    /** Children that are trained at the same time. */
    count: z.int().min(1).max(64),
    device: z.string().regex(/^(auto|cpu|gpu:\d+)$/),
  }),
});
export type Settings = z.infer<typeof settingsSchema>;

/** What the window must know to begin with. */
export const appStateSchema = z.strictObject({
  version: z.string(),
  electron: z.string(),
  platform: z.string(),
  cores: z.int().min(1),
  /** Absolute paths of the sample of CIFAR-10 and of the sample text; null for a missing one. */
  samples: z.strictObject({ images: z.string().nullable(), text: z.string().nullable() }),
  runsFolder: z.string(),
  settings: settingsSchema,
  engine: engineStateSchema,
  session: sessionStateSchema,
  calibration: calibrationSchema,
  /** Bytes of memory that this machine has. */
  memory: z.number().min(1),
  /** Whether the user has chosen the runs folder in the settings. */
  runsFolderIsChosen: z.boolean(),
});
export type AppState = z.infer<typeof appStateSchema>;
