import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { app, dialog, Menu, nativeTheme, shell, type BrowserWindow } from 'electron';
import { z } from 'zod';
import { defaultRunsFolder } from '../runs/locations';
import { chooseArchitecture } from './architecture-files';
import { attention } from './attention';
import { datasetService } from './dataset-service';
import { engineService } from './engine-service';
import { chooseDataset, chooseRun, handlersOf, settingsOf } from './ipc/handlers';
import { serve, tell } from './ipc/serve';
import { menuTemplate } from './menu';
import { readerProcesses } from './reader-process';
import { searchService } from './search-service';
import { settingsFile } from './stored-settings';
import { utilityTrainer } from './utility-trainer';
import { closingOf, closingQuestion, settleClosing } from './window/closing';
import { openStudioWindow, servePages } from './window/studio-window';

/** The desktop program, once Electron is ready. */
export interface RunningStudio {
  /** Brings the window to the front, and opens what the user has opened with the program. */
  show(path?: string): void;
}

/**
 * @param programs absolute path of the folder with the built main programs; preload and pages lie beside it
 */
export function startStudio(programs: string): RunningStudio {
  const built = dirname(programs);
  const settings = settingsFile(join(app.getPath('userData'), 'settings.json'));
  const runsFolder = defaultRunsFolder(process.env);
  const version = productVersion();
  let window: BrowserWindow | null = null;
  let quitting = false;
  const contents = () => window?.webContents;

  const noticed = attention(
    () => window,
    () => settings.current.notify,
  );
  const engine = engineService((state) => tell(contents(), 'engineChanged', state));
  const reader = readerProcesses(join(programs, 'reader.js'));
  const datasets = datasetService(reader.describe, (path, reading) =>
    tell(contents(), 'describing', { path, reading }),
  );
  const search = searchService({
    prepare: reader.prepare,
    spawn: utilityTrainer(join(programs, 'trainer.js')),
    engine: engine.ensure,
    version,
    onState: (state) => {
      noticed.sessionChanged(state);
      tell(contents(), 'sessionChanged', state);
    },
    onEvents: (folder, events) => tell(contents(), 'runEvents', { folder, events }),
  });

  const applySettings = (): void => {
    nativeTheme.themeSource = settings.current.theme;
    tell(contents(), 'settingsChanged', settingsOf(settings));
    buildMenu();
  };
  const openPath = (path: string | null): void => {
    if (path !== null) tell(contents(), 'openPath', { path });
  };
  const buildMenu = (): void =>
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        menuTemplate(process.platform, settings.current.theme, {
          navigate: (to) => tell(contents(), 'navigate', { to }),
          openDataset: () => void chooseDataset(window, 'folder').then(openPath),
          openRun: () => void chooseRun(window, runsFolder).then(openPath),
          openArchitecture: () => void chooseArchitecture(window).then(openPath),
          saveArchitecture: () => tell(contents(), 'saveShown', null),
          showRuns: () => void shell.openPath(runsFolder),
          setTheme: (theme) => {
            settings.change({ theme });
            applySettings();
          },
        }),
      ),
    );

  const openWindow = (): BrowserWindow => {
    const opened = openStudioWindow(join(built, 'preload', 'preload.cjs'), settings);
    let settled = false;
    opened.on('close', (event) => {
      if (settled || search.state.kind === 'idle') return;
      event.preventDefault();
      void settleClosing({
        searching: true,
        ask: async () => closingOf((await dialog.showMessageBox(opened, closingQuestion)).response),
        stop: search.stop,
        ended: search.ended,
      }).then((result) => {
        if (result === 'hide') opened.hide();
        if (result !== 'close') {
          quitting = false;
          return;
        }
        settled = true;
        if (quitting) app.quit();
        else opened.close();
      });
    });
    opened.on('closed', () => (window = null));
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
        runsFolder,
      },
      settings,
      engine,
      datasets,
      search,
      window: () => window,
      onSettings: applySettings,
    }),
  );
  nativeTheme.themeSource = settings.current.theme;
  buildMenu();
  window = openWindow();
  app.on('before-quit', () => (quitting = true));
  app.on('window-all-closed', () => app.quit());
  // Installed from the start: a search need not wait for it, and what is missing is said before it is needed.
  engine.ensure().catch(() => undefined);

  return {
    show: (path) => {
      window ??= openWindow();
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      if (path !== undefined) openPath(path);
    },
  };
}

function productVersion(): string {
  const text = readFileSync(join(app.getAppPath(), 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** The samples lie beside the packed program, not in it: what reads data sets wants real files. */
function samplePath(name: string): string | null {
  const files = app.getAppPath().replace(/app\.asar$/, 'app.asar.unpacked');
  const path = join(files, 'assets', name);
  return existsSync(path) ? path : null;
}
