import { app, Notification, powerSaveBlocker, type BrowserWindow } from 'electron';
import type { Problem } from '../../../src-shared/ipc/problem-states';
import type { Work } from './work';

/** Reports work to the operating system: no sleep while it runs, progress in the taskbar, a notification at the end. */
export interface Attention {
  workChanged(work: Work): void;
}

export function attention(window: () => BrowserWindow | null, mayNotify: () => boolean): Attention {
  let blocker: number | null = null;
  let before: Work = { kind: 'idle', problems: { search: null, training: null } };
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
      if (before.kind === 'running' && work.kind === 'idle') ended(before, work.problems[before.what]);
      before = work;
    },
  };

  function ended(
    { what, name, done, ending }: Extract<Work, { kind: 'running' }>,
    problem: Problem | null,
  ): void {
    const shown = window();
    const hidden = shown !== null && !shown.isVisible();
    // Work continued in the background reopens its window: nothing runs unseen.
    if (hidden) shown.showInactive();
    if (!mayNotify() || ending || (shown?.isFocused() === true && !hidden)) return;
    if (!Notification.isSupported()) return;
    const kept = what === 'search' ? 'The run is kept.' : 'Its record and weights are kept.';
    const notification = new Notification({
      title: problem === null ? `${name}: the ${what} has ended` : `${name}: the ${what} broke`,
      body: problem?.message ?? `${done.charAt(0).toUpperCase()}${done.slice(1)}. ${kept}`,
    });
    notification.on('click', () => {
      shown?.show();
      app.focus({ steal: true });
    });
    notification.show();
  }
}
