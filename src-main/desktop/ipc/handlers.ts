import { nativeTheme, shell, type BrowserWindow } from 'electron';
import type { Handlers, Request } from '../../../src-shared/ipc/contract';
import type { AppState } from '../../../src-shared/ipc/states';
import { CellsmithError } from '../../../src-shared/errors';
import { cacheDirectory } from '../../engine/provision/installation';
import { isRunFolder, requireRunsFolder } from '../../runs/locations';
import {
  chooseArchitecture,
  chooseDataset,
  chooseRun,
  chooseRunsFolder,
  loadConfig,
  openArchitecture,
  readConfig,
  saveConfig,
  saveFile,
} from './dialogs';
import { readLog } from '../../runs/files/log-file';
import type { CalibrationService } from '../services/calibration-service';
import type { DatasetService, ReaderProcesses } from '../services/dataset-service';
import type { EngineService } from '../services/engine-service';
import {
  randomRunsLike,
  rewardsOf,
  epochsOf,
  listRuns,
  openRunDetail,
  probabilitiesOf,
  recognisePath,
  runNews,
  trialOf,
  listDatasets,
} from '../services/run-queries';
import type { SearchService } from '../services/search-service';
import type { SettingsFile } from '../stored-settings';
import { workOf } from '../system/work';
import { requireUntested } from '../../search/evaluate-children';
import type { SearchOrder } from '../../search/prepare-search';
import { logsFolder } from '../app-log';
import { absolute } from './serve';

/** What the handlers need. */
export interface Studio {
  readonly about: Pick<AppState, 'version' | 'electron' | 'platform' | 'cores' | 'memory' | 'samples'>;
  /** Absolute path of the folder that runs are kept in. */
  readonly runsFolder: () => string;
  readonly settings: SettingsFile;
  readonly engine: EngineService;
  readonly datasets: DatasetService;
  readonly search: SearchService;
  readonly calibration: CalibrationService;
  readonly examples: ReaderProcesses['examples'];
  readonly window: () => BrowserWindow | null;
  readonly onSettings: () => void;
  /** The window has begun to listen to events. */
  readonly onListening: () => void;
}

/** The answers to the window's requests. */
export function handlersOf(studio: Studio): Handlers {
  const { about, settings, engine, datasets, search, calibration, runsFolder } = studio;
  /** They would share the machine: one run at a time, and no measurement or installation meanwhile. */
  const requireIdle = (what: string): void => {
    if (workOf(search.state).kind !== 'idle')
      throw new CellsmithError('run.locked', `A run is in progress: ${what} when it has ended.`);
  };
  const keepRunsIn = (folder: string | null): string => {
    settings.change({ runsFolder: folder });
    studio.onSettings();
    return runsFolder();
  };
  return {
    appState: () => {
      studio.onListening();
      return {
        ...about,
        runsFolder: runsFolder(),
        runsFolderIsChosen: settings.current.runsFolder !== null,
        settings: settingsOf(settings),
        engine: engine.state,
        session: search.state,
        calibration: calibration.current,
      };
    },
    listRuns: () => listRuns(runsFolder()),
    openRun: ({ folder }) => openRunDetail(absolute(folder), runsFolder(), search.live(folder)),
    followRun: ({ folder, after }) => runNews(absolute(folder), after),
    readTrial: ({ folder, trial }) => trialOf(absolute(folder), trial),
    readEpochs: ({ folder, trials }) => epochsOf(absolute(folder), trials),
    readProbabilities: ({ folder, update }) => probabilitiesOf(absolute(folder), update),
    listDatasets: () => listDatasets(runsFolder()),
    readLog: ({ folder, after }) => readLog(runFolder(absolute(folder)), after),
    randomRuns: ({ folder }) => randomRunsLike(absolute(folder), runsFolder()),
    readRewards: ({ folder }) => rewardsOf(absolute(folder)),
    recognisePath: ({ path }) => recognisePath(absolute(path)),
    describeDataset: ({ path }) => datasets.describe(absolute(path)),
    readExamples: ({ path }) => studio.examples(absolute(path), {}),
    cancelDescribing: () => {
      datasets.cancel();
      return null;
    },
    chooseDataset: ({ what }) => chooseDataset(studio.window(), what),
    chooseRun: () => chooseRun(studio.window(), runsFolder()),
    startSearch: async ({ config, data, skipUnreadable, test }) => {
      await calibration.cancel();
      requireIdle('start another');
      search.start(
        { kind: 'new', config, data: absolute(data), skipUnreadable, place: { within: runsFolder() } },
        test ? 'given' : 'none',
      );
      return null;
    },
    resumeSearch: async ({ folder, budget, data, test }) => {
      await calibration.cancel();
      requireIdle('resume this one');
      search.start(
        {
          ...reopened(folder, data),
          changes: (config) => ({ budget: budget ?? config.budget, trainers: config.trainers }),
        },
        test ? 'given' : 'none',
      );
      return null;
    },
    evaluateOnTest: async ({ folder, trial, data }) => {
      await calibration.cancel();
      requireIdle('evaluate this child');
      search.start({ ...reopened(folder, data), require: (run) => requireUntested(run, [trial]) }, [trial]);
      return null;
    },
    stopSearch: ({ when }) => {
      search.stop(when);
      return null;
    },
    pauseSearch: ({ paused }) => {
      if (paused) search.control().pause();
      else search.control().resume();
      return null;
    },
    stopChild: ({ trial }) => {
      search.control().stopChild(trial);
      return null;
    },
    retryFailures: async ({ folder, trials, data }) => {
      await calibration.cancel();
      if (search.live(absolute(folder)) !== null) {
        search.control().retry(trials);
        return null;
      }
      requireIdle('train them again');
      search.start({ ...reopened(folder, data), retry: trials });
      return null;
    },
    extendSearch: ({ budget }) => {
      search.extend(budget);
      return null;
    },
    dismissProblem: () => {
      search.dismissProblem();
      return null;
    },
    measureSpeed: ({ config, data, skipUnreadable }) => {
      requireIdle('measure');
      calibration.start({ config, data: absolute(data), skipUnreadable });
      return null;
    },
    cancelMeasuring: async () => {
      await calibration.cancel();
      return null;
    },
    reportEngine: async () => {
      requireIdle('measure the engine');
      await calibration.cancel();
      return engine.report();
    },
    reinstallEngine: async ({ variant }) => {
      requireIdle('reinstall the engine');
      await calibration.cancel();
      await engine.reinstall(variant);
      return null;
    },
    installEngine: async () => {
      await engine.ensure();
      return null;
    },
    saveSettings: (changes) => {
      settings.change(changes);
      nativeTheme.themeSource = changes.theme;
      studio.onSettings();
      return settingsOf(settings);
    },
    chooseRunsFolder: async () => {
      const chosen = await chooseRunsFolder(studio.window(), runsFolder());
      if (chosen === null) return null;
      requireRunsFolder(chosen);
      return keepRunsIn(chosen);
    },
    resetRunsFolder: () => keepRunsIn(null),
    saveConfig: ({ config }) => saveConfig(studio.window(), config),
    loadConfig: () => loadConfig(studio.window()),
    readConfig: ({ path }) => readConfig(absolute(path)),
    saveFile: (file) => saveFile(studio.window(), file),
    chooseArchitecture: () => chooseArchitecture(studio.window()),
    openArchitecture: ({ path }) => openArchitecture(absolute(path)),
    showFolder: async (what) => {
      await showFolder(folderOf(what, runsFolder()));
      return null;
    },
  };
}

/** A run to resume as it is. @param data where its data are now; null where they were */
function reopened(folder: string, data: string | null): Extract<SearchOrder, { kind: 'resume' }> {
  return {
    kind: 'resume',
    folder: absolute(folder),
    data: data === null ? undefined : absolute(data),
    changes: ({ budget, trainers }) => ({ budget, trainers }),
  };
}

export function settingsOf({ current: { theme, notify, trainers } }: SettingsFile): AppState['settings'] {
  return { theme, notify, trainers };
}

/** Resolves the folder. A path must contain a run. */
function folderOf(what: Request<'showFolder'>, runs: string): string {
  switch (what.what) {
    case 'runs':
      return runs;
    case 'engine':
      return cacheDirectory();
    case 'logs':
      return logsFolder();
    case 'run':
      return runFolder(absolute(what.folder));
  }
}

/** Only folders that hold a run are shown. @throws CellsmithError 'run.not-found' */
function runFolder(folder: string): string {
  if (isRunFolder(folder)) return folder;
  throw new CellsmithError('run.not-found', `${folder} holds no run.`);
}

async function showFolder(folder: string): Promise<void> {
  const message = await shell.openPath(folder);
  if (message !== '') throw new CellsmithError('internal', `${folder} could not be shown: ${message}`);
}
