import { app, Menu, nativeImage, Notification, powerSaveBlocker, Tray, type BrowserWindow } from 'electron';
import type { Problem } from '../../../src-shared/ipc/states';
import type { Work } from './work';

/** Reports work to the operating system: no sleep while it runs, progress in the taskbar, a notification at the end. */
interface Attention {
  workChanged(work: Work): void;
}

export function attention(window: () => BrowserWindow | null, mayNotify: () => boolean): Attention {
  let blocker: number | null = null;
  let before: Work = { kind: 'idle', problem: null };
  return {
    workChanged: (work) => {
      const paused = work.kind === 'running' && work.paused;
      const busy = work.kind !== 'idle' && !paused;
      if (busy && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
      if (!busy && blocker !== null) {
        powerSaveBlocker.stop(blocker);
        blocker = null;
      }
      window()?.setProgressBar(work.kind === 'running' ? (work.share ?? 2) : busy ? 2 : -1, {
        mode: paused ? 'paused' : 'normal',
      });
      if (before.kind === 'running' && work.kind === 'idle') ended(before, work.problem);
      before = work;
    },
  };

  function ended({ name, done, ending }: Extract<Work, { kind: 'running' }>, problem: Problem | null): void {
    const shown = window();
    const hidden = shown !== null && !shown.isVisible();
    // Work continued in the background reopens its window: nothing runs unseen.
    if (hidden) shown.showInactive();
    if (!mayNotify() || ending || (shown?.isFocused() === true && !hidden)) return;
    if (!Notification.isSupported()) return;
    const notification = new Notification({
      title: problem === null ? `${name}: the run has ended` : `${name}: the run failed`,
      body: problem?.message ?? `${done.charAt(0).toUpperCase()}${done.slice(1)}. The run is kept.`,
    });
    notification.on('click', () => {
      shown?.show();
      app.focus({ steal: true });
    });
    notification.show();
  }
}

/** What the sign in the tray can do while the window is hidden. */
interface TrayActions {
  readonly show: () => void;
  readonly pause: (paused: boolean) => void;
  readonly stop: () => void;
}

/** A tray icon while a run is in progress without its window. */
interface BackgroundTray {
  /** @param hidden whether the window is hidden */
  update(work: Work, hidden: boolean): void;
}

/** @param icon absolute path of an image */
export function backgroundTray(icon: string, actions: TrayActions): BackgroundTray {
  let tray: Tray | null = null;
  let shown = '';
  return {
    update: (work, hidden) => {
      if (!hidden || work.kind === 'idle') {
        tray?.destroy();
        tray = null;
        shown = '';
        return;
      }
      tray ??= createTray(icon, actions.show);
      const title = titleOf(work);
      if (title === shown) return;
      shown = title;
      tray.setToolTip(title);
      const running = work.kind === 'running';
      const paused = running && work.paused;
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: title, enabled: false },
          { type: 'separator' },
          { label: 'Show Cellsmith', click: actions.show },
          { label: paused ? 'Resume' : 'Pause', enabled: running, click: () => actions.pause(!paused) },
          { label: 'Stop after the epoch', click: actions.stop },
        ]),
      );
    },
  };
}

function createTray(icon: string, show: () => void): Tray {
  const tray = new Tray(nativeImage.createFromPath(icon).resize({ width: 22, height: 22 }));
  tray.on('click', show);
  return tray;
}

/** 'Demo: 12 children, paused', 'demo-12: epoch 3 of 20'. */
function titleOf(work: Exclude<Work, { kind: 'idle' }>): string {
  if (work.kind === 'preparing') return 'A run is being prepared';
  const state = work.ending ? ', stopping' : work.paused ? ', paused' : '';
  return `${work.name}: ${work.done}${state}`;
}
