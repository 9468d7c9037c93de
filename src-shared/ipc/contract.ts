import { z } from 'zod';
import { architectureFileSchema } from '../architecture-file/architecture-file';
import { budgetSchema, searchConfigSchema } from '../config/search-config';
import { datasetDescriptionSchema, epochRecordSchema } from '../tasks/data-kinds';
import { decisionProbabilitiesSchema, runEventSchema } from '../run/run-event';
import { runStatuses, runSummarySchema } from '../run/run-summary';
import { trialSchema } from '../run/trial';
import {
  problemSchema,
  readingSchema,
  appStateSchema,
  calibrationSchema,
  engineReportSchema,
  engineStateSchema,
  sessionStateSchema,
  settingsSchema,
} from './states';
import { packedRunSchema } from './run-detail';

const nothing = z.null();
const path = z.string().min(1).max(4096);
const trials = z.array(z.int().min(1)).max(64);

/** Requests of the window to the main process. Both sides parse what they receive. */
export const requests = {
  /** Everything to begin with; asked again when the window is reloaded. */
  appState: { request: nothing, reply: appStateSchema },
  /** Every run below the user's folder, newest first, with the rewards so far for a sparkline; and those that cannot be opened. */
  listRuns: {
    request: nothing,
    reply: z.strictObject({
      runs: z.array(
        z.strictObject({ summary: runSummarySchema, rewards: z.array(z.number().nullable()).max(400) }),
      ),
      broken: z.array(z.strictObject({ folder: z.string(), message: z.string() })),
    }),
  },
  openRun: { request: z.strictObject({ folder: path }), reply: packedRunSchema },
  /** Events of a run that another process searches, after the last known one; null when it must be opened again. */
  followRun: {
    request: z.strictObject({ folder: path, after: z.int().min(0) }),
    reply: z
      .strictObject({
        events: z.array(runEventSchema),
        last: z.int().min(0),
        status: z.enum(runStatuses),
      })
      .nullable(),
  },
  /** A child with all that is stored of it. */
  readTrial: {
    request: z.strictObject({ folder: path, trial: z.int().min(1) }),
    reply: trialSchema.nullable(),
  },
  readEpochs: {
    request: z.strictObject({ folder: path, trials }),
    reply: z.array(z.strictObject({ trial: z.int().min(1), epochs: z.array(epochRecordSchema) })),
  },
  /** Mean decision probabilities of the batch of an update, decision point by decision point. */
  readProbabilities: {
    request: z.strictObject({ folder: path, update: z.int().min(1) }),
    reply: z.array(decisionProbabilitiesSchema),
  },
  /** The data sets that runs below the user's folder were made on, the last used first. */
  listDatasets: {
    request: nothing,
    reply: z.array(
      z.strictObject({
        /** Where it was when it was used last, and whether it is there now. */
        location: z.string(),
        isThere: z.boolean(),
        description: datasetDescriptionSchema,
        runs: z.int().min(1),
        lastUsed: z.number(),
      }),
    ),
  },
  /** The end of a run's log, or what came after an earlier piece of it: bytes from `from` to `to`. */
  readLog: {
    request: z.strictObject({ folder: path, after: z.int().min(0).nullable() }),
    reply: z.strictObject({ text: z.string(), from: z.int().min(0), to: z.int().min(0) }),
  },
  /** Runs of random search that a run can be compared with. */
  randomRuns: {
    request: z.strictObject({ folder: path }),
    reply: z.array(z.strictObject({ folder: z.string(), name: z.string() })),
  },
  readRewards: {
    request: z.strictObject({ folder: path }),
    reply: z.array(z.strictObject({ number: z.int().min(1), reward: z.number() })),
  },
  /** Whether a path that was dropped or chosen is the folder of a run, a configuration or an architecture, or may be a data set. */
  recognisePath: {
    request: z.strictObject({ path }),
    reply: z.enum(['run', 'dataset', 'architecture', 'configuration']),
  },
  describeDataset: { request: z.strictObject({ path }), reply: datasetDescriptionSchema },
  /** Some training images of each class of a data set, each as an address that holds it. */
  readExamples: {
    request: z.strictObject({ path }),
    reply: z.array(
      z.strictObject({ label: z.int().min(0), image: z.string().startsWith('data:image/png;base64,') }),
    ),
  },
  cancelDescribing: { request: nothing, reply: nothing },
  /** Asks the user for a data set; null when none was chosen. */
  chooseDataset: {
    request: z.strictObject({ what: z.enum(['folder', 'file']) }),
    reply: z.string().nullable(),
  },
  chooseRun: { request: nothing, reply: z.string().nullable() },
  /** Begins to prepare a search; `sessionChanged` reports its progress. */
  startSearch: {
    request: z.strictObject({
      config: searchConfigSchema,
      data: path,
      skipUnreadable: z.boolean(),
      /** Whether given children are evaluated on the test split at the end. */
      test: z.boolean(),
    }),
    reply: nothing,
  },
  resumeSearch: {
    request: z.strictObject({
      folder: path,
      budget: budgetSchema.nullable(),
      /** Where the data are now, when they were moved. */
      data: path.nullable(),
      /** As of `startSearch`. */
      test: z.boolean(),
    }),
    reply: nothing,
  },
  /** Evaluates a trained child, whose weights are kept, on the test split; once. `sessionChanged` reports its progress. */
  evaluateOnTest: {
    request: z.strictObject({ folder: path, trial: z.int().min(1), data: path.nullable() }),
    reply: nothing,
  },
  /** Ends the search, or the preparations for one. */
  stopSearch: { request: z.strictObject({ when: z.enum(['afterEpoch', 'now']) }), reply: nothing },
  /** Pauses or resumes the children of the search. */
  pauseSearch: { request: z.strictObject({ paused: z.boolean() }), reply: nothing },
  /** Ends one child of the search at once. */
  stopChild: { request: z.strictObject({ trial: z.int().min(1) }), reply: nothing },
  /** Retries failed children: these, or all whose failure may have been the machine's. Resumes the run if it is not running. */
  retryFailures: {
    request: z.strictObject({ folder: path, trials: trials.nullable(), data: path.nullable() }),
    reply: nothing,
  },
  /** Sets another budget for the search that runs. */
  extendSearch: { request: z.strictObject({ budget: budgetSchema }), reply: nothing },
  dismissProblem: { request: nothing, reply: nothing },
  /** Begins to measure how fast typical children of a search train here; `calibrationChanged` reports its progress. */
  measureSpeed: {
    request: z.strictObject({ config: searchConfigSchema, data: path, skipUnreadable: z.boolean() }),
    reply: nothing,
  },
  cancelMeasuring: { request: nothing, reply: nothing },
  /** Measures the engine; takes some seconds. */
  reportEngine: { request: nothing, reply: engineReportSchema },
  /** Reinstalls the engine, as the given or the installed variant. */
  reinstallEngine: {
    request: z.strictObject({ variant: z.enum(['cpu', 'cuda']).nullable() }),
    reply: nothing,
  },
  installEngine: { request: nothing, reply: nothing },
  saveSettings: { request: settingsSchema, reply: settingsSchema },
  /** Asks for the folder that runs are kept in from now on; the folder, or null when the user cancels. */
  chooseRunsFolder: { request: nothing, reply: z.string().nullable() },
  /** Goes back to the folder where runs are kept when nothing is said; the folder. */
  resetRunsFolder: { request: nothing, reply: z.string() },
  /** Saves a configuration as a file of the user's choice; the path, or null when the user cancels. */
  saveConfig: { request: z.strictObject({ config: searchConfigSchema }), reply: z.string().nullable() },
  /** The configuration of a file of the user's choice; null when none was chosen. */
  loadConfig: { request: nothing, reply: searchConfigSchema.nullable() },
  /** The configuration of a file that was dropped. */
  readConfig: { request: z.strictObject({ path }), reply: searchConfigSchema },
  /** Saves a chart or a drawing as a file of the user's choice; the path, or null when the user cancels. */
  saveFile: {
    request: z.strictObject({
      /** Suggested, without an ending. */
      name: z.string().min(1).max(200),
      kind: z.enum(['png', 'svg', 'csv', 'json']),
      /** The text of the file; of a PNG its bytes in base64. */
      content: z.string().max(2 ** 28),
    }),
    reply: z.string().nullable(),
  },
  /** Asks the user for the file of an architecture; null when none was chosen. */
  chooseArchitecture: { request: nothing, reply: z.string().nullable() },
  /** What the file of an architecture holds. */
  openArchitecture: { request: z.strictObject({ path }), reply: architectureFileSchema },
  /** Shows a folder of the program in the system's file manager. */
  showFolder: {
    request: z.discriminatedUnion('what', [
      z.strictObject({ what: z.literal('runs') }),
      z.strictObject({ what: z.literal('engine') }),
      z.strictObject({ what: z.literal('logs') }),
      z.strictObject({ what: z.literal('run'), folder: path }),
    ]),
    reply: nothing,
  },
} as const satisfies Record<string, { readonly request: z.ZodType; readonly reply: z.ZodType }>;

/** What the program sends the window without being asked. */
export const events = {
  engineChanged: engineStateSchema,
  /** At most four messages a second. */
  sessionChanged: sessionStateSchema,
  calibrationChanged: calibrationSchema,
  /** Progress of describing a data set. */
  describing: z.strictObject({ path: z.string(), reading: readingSchema }),
  /** Events of the search that runs here, at most four messages a second. */
  runEvents: z.strictObject({ folder: z.string(), events: z.array(runEventSchema) }),
  /** The menu asks for a page. */
  navigate: z.strictObject({ to: z.enum(['runs', 'new', 'settings']) }),
  /** The menu saves the architecture that is shown. */
  saveShown: nothing,
  /** The menu, or the system, opens a data set or the folder of a run. */
  openPath: z.strictObject({ path: z.string() }),
  settingsChanged: settingsSchema,
} as const satisfies Record<string, z.ZodType>;

/** What comes back for a request: its reply, or what went wrong. Electron would keep no more than the text of an error. */
export const envelopeSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ ok: z.literal(false), problem: problemSchema }),
]);
export type Envelope = z.infer<typeof envelopeSchema>;

export type RequestName = keyof typeof requests;
export type EventName = keyof typeof events;
export type Request<N extends RequestName> = z.infer<(typeof requests)[N]['request']>;
export type Reply<N extends RequestName> = z.infer<(typeof requests)[N]['reply']>;
export type EventOf<N extends EventName> = z.infer<(typeof events)[N]>;

/** What answers the requests: one function for each. */
export type Handlers = {
  readonly [N in RequestName]: (request: Request<N>) => Reply<N> | Promise<Reply<N>>;
};

type Listening = {
  readonly [N in EventName as `on${Capitalize<N>}`]: (listener: (event: EventOf<N>) => void) => () => void;
};
type Asking = {
  readonly [N in RequestName]: (request: Request<N>) => Promise<{ value: Reply<N> } | { problem: Problem }>;
};
type Problem = z.infer<typeof problemSchema>;

/** The bridge of the window: a function for each request, and one for each event that returns an unsubscribe function. */
export type Bridge = Asking & Listening;

/** The channel of Electron's IPC that carries a request or an event. */
export function channelOf(name: RequestName | EventName): string {
  return `cellsmith:${name}`;
}
