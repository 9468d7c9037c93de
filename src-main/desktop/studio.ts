import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { app, dialog, Menu, nativeTheme, shell, type BrowserWindow } from 'electron';
import { z } from 'zod';
import { measurementsFile } from '../calibration/calibrate';
import { defaultRunsFolder } from '../runs/locations';
import { logWindow, startLog, stateLog } from './app-log';
import { chooseArchitecture, chooseDataset, chooseRun } from './ipc/dialogs';
import { attention, backgroundTray } from './system/attention';
import { calibrationService } from './services/calibration-service';
import { datasetService, readerProcesses } from './services/dataset-service';
import { engineService } from './services/engine-service';
import { handlersOf, settingsOf } from './ipc/handlers';
import { serve, tell } from './ipc/serve';
import { menuTemplate } from './system/menu';
import { pathsToOpen } from './system/paths-to-open';
import { workOf, type Work, closingOf, closingQuestion, settleClosing } from './system/work';
import { searchService } from './services/search-service';
import { settingsFile } from './stored-settings';
import { utilityTrainer } from './utility-trainer';
import { openStudioWindow, servePages } from './window/studio-window';

/** The desktop program, once Electron is ready. */
export interface RunningStudio {
  /** Brings the window to the front, and opens what the user has opened with the program. */
  show(path?: string): void;
}

/**
 * @param programs absolute path of the folder with the built main programs; preload and pages are in its sibling folders
 */
export function startStudio(programs: string): RunningStudio {
  const built = dirname(programs);
  const settings = settingsFile(join(app.getPath('userData'), 'settings.json'));
  const runsFolder = (): string => settings.current.runsFolder ?? defaultRunsFolder(process.env);
  const version = productVersion();
  startLog(version);
  const log = stateLog();
  let window: BrowserWindow | null = null;
  let quitting = false;
  const contents = () => window?.webContents;

  const noticed = attention(
    () => window,
    () => settings.current.notify,
  );
  const engine = engineService(
    (state) => {
      log.engine(state);
      tell(contents(), 'engineChanged', state);
    },
    (installation) => calibration.engineIs(installation),
  );
  const reader = readerProcesses(join(programs, 'reader.js'));
  const datasets = datasetService(reader.describe, (path, reading) =>
    tell(contents(), 'describing', { path, reading }),
  );
  const spawn = utilityTrainer(join(programs, 'trainer.js'));
  const calibration = calibrationService({
    prepare: reader.prepare,
    spawn,
    engine: engine.ensure,
    file: measurementsFile(),
    onChange: (state) => tell(contents(), 'calibrationChanged', state),
  });
  const search = searchService({
    prepare: reader.prepare,
    spawn,
    engine: engine.ensure,
    version,
    onState: (state) => {
      log.session(state);
      workChanged();
      tell(contents(), 'sessionChanged', state);
    },
    onEvents: (folder, events) => tell(contents(), 'runEvents', { folder, events }),
  });
  const work = (): Work => workOf(search.state);

  const applySettings = (): void => {
    nativeTheme.themeSource = settings.current.theme;
    tell(contents(), 'settingsChanged', settingsOf(settings));
    buildMenu();
  };
  const paths = pathsToOpen((path) => tell(contents(), 'openPath', { path }));
  const openPath = (path: string | null): void => {
    if (path !== null) paths.open(path);
  };
  const buildMenu = (): void =>
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        menuTemplate(process.platform, settings.current.theme, {
          navigate: (to) => tell(contents(), 'navigate', { to }),
          openDataset: () => void chooseDataset(window, 'folder').then(openPath),
          openRun: () => void chooseRun(window, runsFolder()).then(openPath),
          openArchitecture: () => void chooseArchitecture(window).then(openPath),
          saveArchitecture: () => tell(contents(), 'saveShown', null),
          showRuns: () => void shell.openPath(runsFolder()),
          setTheme: (theme) => {
            settings.change({ theme });
            applySettings();
          },
        }),
      ),
    );

  const show = (): void => {
    window ??= openWindow();
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
    updateTray();
  };
  /** A run that is only being prepared cannot be paused. */
  const pause = (paused = true): void => {
    if (search.state.kind !== 'searching') return;
    if (paused) search.control().pause();
    else search.control().resume();
  };
  const stop = (when: 'afterEpoch' | 'now'): void => {
    search.stop(when);
  };
  const tray = backgroundTray(assetPath('icon.png'), { show, pause, stop: () => stop('afterEpoch') });
  function updateTray(): void {
    tray.update(work(), window?.isVisible() === false);
  }
  function workChanged(): void {
    noticed.workChanged(work());
    updateTray();
  }

  const openWindow = (): BrowserWindow => {
    const opened = openStudioWindow(join(built, 'preload', 'preload.cjs'), settings);
    let settled = false;
    opened.on('close', (event) => {
      if (settled || work().kind === 'idle') return;
      event.preventDefault();
      void settleClosing({
        working: true,
        pause,
        ask: async () =>
          closingOf(
            (
              await dialog.showMessageBox(opened, {
                ...closingQuestion,
                buttons: [...closingQuestion.buttons],
              })
            ).response,
          ),
        stop,
        ended: search.ended,
      }).then((result) => {
        if (result === 'hide') opened.hide();
        updateTray();
        if (result !== 'close') {
          quitting = false;
          return;
        }
        settled = true;
        if (quitting) app.quit();
        else opened.close();
      });
    });
    opened.on('closed', () => {
      window = null;
      paths.isGone();
    });
    // Not for in-page navigation, which changes only the address.
    opened.webContents.on('did-navigate', paths.isGone);
    opened.webContents.on('render-process-gone', (_event, { reason }) => {
      logWindow(`its process is gone (${reason}); reloading`);
      if (reason !== 'clean-exit') opened.reload();
    });
    opened.webContents.on('preload-error', (_event, _path, error) => logWindow(String(error)));
    return opened;
  };

  servePages(join(built, 'renderer'));
  serve(
    handlersOf({
      about: {
        version,
        electron: process.versions.electron,
        platform: process.platform,
        cores: availableParallelism(),
        samples: {
          images: samplePath('cifar10-sample.tar.gz'),
          text: samplePath('tinyshakespeare.txt'),
        },
        memory: totalmem(),
      },
      runsFolder,
      settings,
      engine,
      datasets,
      search,
      calibration,
      examples: reader.examples,
      window: () => window,
      onSettings: applySettings,
      // After the answer, which it waits for.
      onListening: () =>
        setImmediate(() => {
          log.window();
          paths.listens();
        }),
    }),
  );
  nativeTheme.themeSource = settings.current.theme;
  buildMenu();
  window = openWindow();
  app.on('before-quit', () => (quitting = true));
  app.on('window-all-closed', () => app.quit());
  // Installed from the start: a search need not wait for it, and problems are reported before it is needed.
  engine.ensure().catch(() => undefined);

  return {
    show: (path) => {
      show();
      openPath(path ?? null);
    },
  };
}

function productVersion(): string {
  const text = readFileSync(join(app.getAppPath(), 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** Assets are outside the packed program: the data set readers need real files. */
function assetPath(name: string): string {
  return join(app.getAppPath().replace(/app\.asar$/, 'app.asar.unpacked'), 'assets', name);
}

function samplePath(name: string): string | null {
  const path = assetPath(name);
  return existsSync(path) ? path : null;
}
