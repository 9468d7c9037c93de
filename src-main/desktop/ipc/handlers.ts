import { readFile, writeFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { dialog, nativeTheme, shell, type BrowserWindow } from 'electron';
import type { Handlers } from '../../../src-shared/ipc/contract';
import type { AppState } from '../../../src-shared/ipc/states';
import { parseConfig } from '../../../src-shared/config/parse-config';
import { CellsmithError } from '../../../src-shared/errors';
import { cacheDirectory } from '../../engine/provision/installation';
import { readManifest } from '../../runs/manifest';
import { openArchitecture } from '../architecture-files';
import { readLog } from '../../runs/read-log';
import type { DatasetService } from '../dataset-service';
import type { EngineService } from '../engine-service';
import { randomRunsLike, rewardsOf } from '../random-runs';
import { epochsOf, listRuns, openRunDetail, probabilitiesOf, recognisePath, trialOf } from '../run-queries';
import { listDatasets } from '../known-datasets';
import type { SearchService } from '../search-service';
import type { SettingsFile } from '../stored-settings';
import { saveFile } from './save-file';

/** What the handlers stand on. */
export interface Studio {
  readonly about: Pick<AppState, 'version' | 'electron' | 'platform' | 'cores' | 'samples' | 'runsFolder'>;
  readonly settings: SettingsFile;
  readonly engine: EngineService;
  readonly datasets: DatasetService;
  readonly search: SearchService;
  readonly window: () => BrowserWindow | null;
  readonly onSettings: () => void;
}

/** The answers to the window's requests. */
export function handlersOf(studio: Studio): Handlers {
  const { about, settings, engine, datasets, search } = studio;
  return {
    appState: () => ({
      ...about,
      settings: settingsOf(settings),
      engine: engine.state,
      session: search.state,
    }),
    listRuns: () => listRuns(about.runsFolder),
    openRun: ({ folder }) => openRunDetail(absolute(folder), search.live(folder)),
    readTrial: ({ folder, trial }) => trialOf(absolute(folder), trial),
    readEpochs: ({ folder, trials }) => epochsOf(absolute(folder), trials),
    readProbabilities: ({ folder, update }) => probabilitiesOf(absolute(folder), update),
    listDatasets: () => listDatasets(about.runsFolder),
    readLog: ({ folder, after }) => readLog(runFolder(absolute(folder)), after),
    randomRuns: ({ folder }) => randomRunsLike(absolute(folder), about.runsFolder),
    readRewards: ({ folder }) => rewardsOf(absolute(folder)),
    recognisePath: ({ path }) => recognisePath(absolute(path)),
    describeDataset: ({ path }) => datasets.describe(absolute(path)),
    cancelDescribing: () => {
      datasets.cancel();
      return null;
    },
    chooseDataset: ({ what }) => chooseDataset(studio.window(), what),
    chooseRun: () => chooseRun(studio.window(), about.runsFolder),
    startSearch: ({ config, data, skipUnreadable }) => {
      search.start({ kind: 'new', config, data: absolute(data), skipUnreadable, runs: about.runsFolder });
      return null;
    },
    resumeSearch: ({ folder, budget, data }) => {
      search.start({
        kind: 'resume',
        folder: absolute(folder),
        data: data === null ? undefined : absolute(data),
        changes: (config) => ({ budget: budget ?? config.budget, trainers: config.trainers }),
      });
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
    retryFailures: ({ folder, trials, data }) => {
      if (search.live(absolute(folder)) !== null) search.control().retry(trials);
      else
        search.start({
          kind: 'resume',
          folder: absolute(folder),
          data: data === null ? undefined : absolute(data),
          changes: (config) => ({ budget: config.budget, trainers: config.trainers }),
          retry: trials,
        });
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
    saveConfig: ({ config }) => saveConfig(studio.window(), config),
    loadConfig: () => loadConfig(studio.window()),
    saveFile: (file) => saveFile(studio.window(), file),
    openArchitecture: ({ path }) => openArchitecture(absolute(path)),
    showFolder: async (what) => {
      await showFolder(
        what.what === 'runs'
          ? about.runsFolder
          : what.what === 'engine'
            ? cacheDirectory()
            : runFolder(absolute(what.folder)),
      );
      return null;
    },
  };
}

export function settingsOf({ current: { theme, notify } }: SettingsFile): AppState['settings'] {
  return { theme, notify };
}

function absolute(path: string): string {
  if (isAbsolute(path)) return resolve(path);
  throw new CellsmithError('internal', `${path} is no absolute path.`);
}

/** Only folders that hold a run are shown. */
function runFolder(folder: string): string {
  readManifest(folder);
  return folder;
}

async function showFolder(folder: string): Promise<void> {
  const message = await shell.openPath(folder);
  if (message !== '') throw new CellsmithError('internal', `${folder} could not be shown: ${message}`);
}

type Parent = BrowserWindow | null;

function openDialog(
  window: Parent,
  options: Electron.OpenDialogOptions,
): Promise<Electron.OpenDialogReturnValue> {
  return window === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(window, options);
}

export async function chooseDataset(window: Parent, what: 'folder' | 'file'): Promise<string | null> {
  const { filePaths } = await openDialog(window, {
    title: 'Open a data set',
    buttonLabel: 'Open',
    properties: [what === 'folder' ? 'openDirectory' : 'openFile'],
  });
  return filePaths[0] ?? null;
}

export async function chooseRun(window: Parent, runs: string): Promise<string | null> {
  const { filePaths } = await openDialog(window, {
    title: 'Open the folder of a run',
    buttonLabel: 'Open',
    defaultPath: runs,
    properties: ['openDirectory'],
  });
  return filePaths[0] ?? null;
}

const configFiles = [{ name: 'Configuration', extensions: ['json'] }];

async function saveConfig(
  window: Parent,
  config: Parameters<Handlers['saveConfig']>[0]['config'],
): Promise<string | null> {
  const options = {
    title: 'Save the configuration',
    defaultPath: `${config.name}.json`,
    filters: configFiles,
  };
  const { filePath } = await (window === null
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(window, options));
  if (filePath === '') return null;
  await writeFile(filePath, `${JSON.stringify(config, null, 2)}\n`);
  return filePath;
}

async function loadConfig(window: Parent): Promise<ReturnType<typeof parseConfig> | null> {
  const { filePaths } = await openDialog(window, {
    title: 'Open a configuration',
    filters: configFiles,
    properties: ['openFile'],
  });
  const [path] = filePaths;
  if (path === undefined) return null;
  const text = await readFile(path, 'utf8');
  try {
    return parseConfig(JSON.parse(text));
  } catch (error) {
    if (error instanceof CellsmithError) throw error;
    throw new CellsmithError('config.invalid', `${path} is not JSON.`, { cause: error });
  }
}
