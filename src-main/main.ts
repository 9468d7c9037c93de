import { app } from 'electron';
import { startStudio, type RunningStudio } from './desktop/studio';
import { registerPages } from './desktop/window/studio-window';

/** Entry of the desktop program: one instance of it, whatever is started a second time. */
function main(): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  let studio: RunningStudio | null = null;
  app.on('second-instance', () => studio?.show());
  app.on('activate', () => studio?.show());
  app.on('open-file', (event, path) => {
    event.preventDefault();
    void app.whenReady().then(() => studio?.show(path));
  });
  registerPages();
  void app.whenReady().then(() => {
    studio = startStudio(import.meta.dirname);
  });
}

main();
