import { app } from 'electron';
import { pathToOpen } from './desktop/system/paths-to-open';
import { startStudio, type RunningStudio } from './desktop/studio';
import { registerPages } from './desktop/window/studio-window';

/** Entry of the desktop program: a single instance, even when started a second time. */
function main(): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  let studio: RunningStudio | null = null;
  app.on('second-instance', (_event, given, folder) =>
    studio?.show(pathToOpen(given, app.isPackaged, folder) ?? undefined),
  );
  app.on('activate', () => studio?.show());
  app.on('open-file', (event, path) => {
    event.preventDefault();
    void app.whenReady().then(() => studio?.show(path));
  });
  registerPages();
  void app.whenReady().then(() => {
    studio = startStudio(import.meta.dirname);
    const path = pathToOpen(process.argv, app.isPackaged, process.cwd());
    if (path !== null) studio.show(path);
  });
}

main();
