import { Menu, Tray, nativeImage } from 'electron';
import { counted } from '../../../src-shared/counted';
import type { SessionState } from '../../../src-shared/ipc/states';

/** What the sign in the tray can do while the window is hidden. */
export interface TrayActions {
  readonly show: () => void;
  readonly pause: (paused: boolean) => void;
  readonly stop: () => void;
}

/** A sign in the system's tray for as long as a search goes on without its window. */
export interface BackgroundTray {
  /** @param hidden whether the window is hidden */
  update(session: SessionState, hidden: boolean): void;
}

/** @param icon absolute path of a picture */
export function backgroundTray(icon: string, actions: TrayActions): BackgroundTray {
  let tray: Tray | null = null;
  let shown = '';
  return {
    update: (session, hidden) => {
      if (!hidden || session.kind === 'idle') {
        tray?.destroy();
        tray = null;
        shown = '';
        return;
      }
      tray ??= createTray(icon, actions.show);
      const title = titleOf(session);
      if (title === shown) return;
      shown = title;
      tray.setToolTip(title);
      const paused = session.kind === 'searching' && session.paused;
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: title, enabled: false },
          { type: 'separator' },
          { label: 'Show Cellsmith', click: actions.show },
          {
            label: paused ? 'Resume' : 'Pause',
            enabled: session.kind === 'searching',
            click: () => actions.pause(!paused),
          },
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

/** 'Demo: 12 children, paused'. */
function titleOf(session: SessionState): string {
  if (session.kind !== 'searching') return 'A search is being prepared';
  const state = session.ending !== null ? ', stopping' : session.paused ? ', paused' : '';
  return `${session.name}: ${counted(session.ended, 'child', 'children')} ended${state}`;
}
