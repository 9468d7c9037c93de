import { app, Notification, powerSaveBlocker, type BrowserWindow } from 'electron';
import { counted } from '../../../src-shared/counted';
import type { SessionState } from '../../../src-shared/ipc/states';

/** Tells the system what a search means for it: no sleep while it runs, progress in the taskbar, a notification at the end. */
export interface Attention {
  sessionChanged(state: SessionState): void;
}

export function attention(window: () => BrowserWindow | null, mayNotify: () => boolean): Attention {
  let blocker: number | null = null;
  let before: SessionState = { kind: 'idle', folder: null, problem: null };
  return {
    sessionChanged: (state) => {
      const paused = state.kind === 'searching' && state.paused;
      const busy = state.kind !== 'idle' && !paused;
      if (busy && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
      if (!busy && blocker !== null) {
        powerSaveBlocker.stop(blocker);
        blocker = null;
      }
      window()?.setProgressBar(state.kind === 'searching' ? (state.share ?? 2) : busy ? 2 : -1, {
        mode: paused ? 'paused' : 'normal',
      });
      if (before.kind === 'searching' && state.kind === 'idle') ended(before, state);
      before = state;
    },
  };

  function ended(search: Extract<SessionState, { kind: 'searching' }>, end: SessionState): void {
    const shown = window();
    const hidden = shown !== null && !shown.isVisible();
    // A search that was kept on in the background brings its window back: nothing is left running unseen.
    if (hidden) shown.showInactive();
    if (!mayNotify() || search.ending !== null || (shown?.isFocused() === true && !hidden)) return;
    if (!Notification.isSupported()) return;
    const problem = end.kind === 'idle' ? end.problem : null;
    const notification = new Notification({
      title: problem === null ? `${search.name}: the search has ended` : `${search.name}: the search broke`,
      body: problem?.message ?? `${counted(search.ended, 'child', 'children')}. The run is kept.`,
    });
    notification.on('click', () => {
      shown?.show();
      app.focus({ steal: true });
    });
    notification.show();
  }
}
