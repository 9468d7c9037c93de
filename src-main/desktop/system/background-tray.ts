import { Menu, Tray, nativeImage } from 'electron';
import type { Work } from './work';

/** What the sign in the tray can do while the window is hidden. */
export interface TrayActions {
  readonly show: () => void;
  readonly pause: (paused: boolean) => void;
  readonly stop: () => void;
}

/** A tray icon while a search or a training runs without its window. */
export interface BackgroundTray {
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
      const search = work.what === 'search';
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: title, enabled: false },
          { type: 'separator' },
          { label: 'Show Cellsmith', click: actions.show },
          // A training is stopped, and gone on with later.
          ...(search
            ? [
                {
                  label: paused ? 'Resume' : 'Pause',
                  enabled: running,
                  click: () => actions.pause(!paused),
                },
              ]
            : []),
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

/** 'Demo: 12 children ended, paused', 'demo-12: 3 of 20 epochs'. */
function titleOf(work: Exclude<Work, { kind: 'idle' }>): string {
  if (work.kind === 'preparing') return `A ${work.what} is being prepared`;
  const state = work.ending ? ', stopping' : work.paused ? ', paused' : '';
  return `${work.name}: ${work.done}${work.what === 'search' ? ' ended' : ''}${state}`;
}
