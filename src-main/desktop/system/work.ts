import { counted } from '../../../src-shared/counted';
import type { Problem, SessionState } from '../../../src-shared/ipc/states';

/** The program's run as reported to the system. */
export type Work =
  /** With why the last one did not start, or failed. */
  | { readonly kind: 'idle'; readonly problem: Problem | null }
  | { readonly kind: 'preparing' }
  | {
      readonly kind: 'running';
      readonly name: string;
      /** '12 children', 'epoch 3 of 20'. */
      readonly done: string;
      /** From 0 to 1; null without an end. */
      readonly share: number | null;
      readonly paused: boolean;
      /** Its user has asked it to end. */
      readonly ending: boolean;
    };

export function workOf(session: SessionState): Work {
  switch (session.kind) {
    case 'idle':
      return { kind: 'idle', problem: session.problem };
    case 'preparing':
      return { kind: 'preparing' };
    case 'searching': {
      const { name, ended, epoch, share, paused, ending } = session;
      const done =
        epoch === null ? counted(ended, 'child', 'children') : `epoch ${epoch.current} of ${epoch.of}`;
      return { kind: 'running', name, done, share, paused, ending: ending !== null };
    }
  }
}

/** What closing the window does to the run. */
type Closing = 'background' | 'pause' | 'afterEpoch' | 'now' | 'stay';

/** The question to ask, as Electron's message box takes it. */
export const closingQuestion = {
  type: 'question',
  message: 'A run is in progress.',
  detail:
    'It can continue in the background, or be paused: start Cellsmith again, or use its tray icon, to return. If you stop it, everything up to the last epoch is kept, and it can be resumed.',
  buttons: ['Continue in the background', 'Pause', 'Stop after the epoch', 'Stop now', 'Cancel'],
  defaultId: 0,
  cancelId: 4,
  noLink: true,
} as const;

const answers: readonly Closing[] = ['background', 'pause', 'afterEpoch', 'now', 'stay'];

/** What the button that was pressed means. */
export function closingOf(button: number): Closing {
  return answers[button] ?? 'stay';
}

/** How a window closes. */
interface ClosingWork {
  readonly working: boolean;
  readonly ask: () => Promise<Closing>;
  readonly pause: () => void;
  readonly stop: (when: 'afterEpoch' | 'now') => void;
  readonly ended: () => Promise<void>;
}

/**
 * Decides what happens to a run when its window closes.
 * @returns whether the window may go, be hidden, or has to stay. It stays to be seen while the last epoch is trained.
 */
export async function settleClosing(work: ClosingWork): Promise<'close' | 'hide' | 'stay'> {
  if (!work.working) return 'close';
  const answer = await work.ask();
  if (answer === 'stay') return 'stay';
  if (answer === 'pause') work.pause();
  if (answer === 'background' || answer === 'pause') return 'hide';
  work.stop(answer);
  await work.ended();
  return 'close';
}
