import { counted } from '../../../src-shared/counted';
import type { Problem } from '../../../src-shared/ipc/problem-states';
import type { SessionState } from '../../../src-shared/ipc/states';
import type { TrainingSession } from '../../../src-shared/ipc/training-states';

/** Current work as reported to the system: a search, or the training of one architecture. */
export type Work =
  /** With why the last one of each did not come about, or broke. */
  | { readonly kind: 'idle'; readonly problems: Readonly<Record<'search' | 'training', Problem | null>> }
  | { readonly kind: 'preparing'; readonly what: 'search' | 'training' }
  | {
      readonly kind: 'running';
      readonly what: 'search' | 'training';
      readonly name: string;
      /** '12 children', 'epoch 3 of 20'. */
      readonly done: string;
      /** From 0 to 1; null without an end. */
      readonly share: number | null;
      /** A search can be held; a training is stopped and gone on with. */
      readonly paused: boolean;
      /** Its user has asked it to end. */
      readonly ending: boolean;
    };

/** Of a search and a training one at most is under way. */
export function workOf(session: SessionState, training: TrainingSession): Work {
  if (session.kind === 'preparing') return { kind: 'preparing', what: 'search' };
  if (training.kind === 'preparing') return { kind: 'preparing', what: 'training' };
  if (session.kind === 'searching')
    return {
      kind: 'running',
      what: 'search',
      name: session.name,
      done:
        session.epoch === null
          ? counted(session.ended, 'child', 'children')
          : `epoch ${session.epoch.current} of ${session.epoch.of}`,
      share: session.share,
      paused: session.paused,
      ending: session.ending !== null,
    };
  if (training.kind === 'training') {
    const { done, wanted } = training.epochs;
    return {
      kind: 'running',
      what: 'training',
      name: training.name,
      done: `${done} of ${counted(wanted, 'epoch')}`,
      share: training.share,
      paused: false,
      ending: training.ending !== null,
    };
  }
  return { kind: 'idle', problems: { search: session.problem, training: training.problem } };
}

/** What closing the window does to the running work. */
type Closing = 'background' | 'pause' | 'afterEpoch' | 'now' | 'stay';

const common = { type: 'question', defaultId: 0, noLink: true } as const;

/** The question to ask, as Electron's message box takes it. */
export const closingQuestions = {
  search: {
    ...common,
    message: 'A search is running.',
    detail:
      'It can continue in the background, or be paused: start Cellsmith again, or use its tray icon, to return. If you stop it, everything up to the last epoch is kept, and it can be resumed.',
    buttons: ['Continue in the background', 'Pause', 'Stop after the epoch', 'Stop now', 'Cancel'],
    cancelId: 4,
  },
  training: {
    ...common,
    message: 'A training is running.',
    detail:
      'It can continue in the background: start Cellsmith again, or use its tray icon, to return. If you stop it, everything up to the last epoch is kept, and it can be resumed.',
    buttons: ['Continue in the background', 'Stop after the epoch', 'Stop now', 'Cancel'],
    cancelId: 3,
  },
} as const;

const answers: Readonly<Record<'search' | 'training', readonly Closing[]>> = {
  search: ['background', 'pause', 'afterEpoch', 'now', 'stay'],
  training: ['background', 'afterEpoch', 'now', 'stay'],
};

/** What the button that was pressed means. */
export function closingOf(what: 'search' | 'training', button: number): Closing {
  return answers[what][button] ?? 'stay';
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
 * Decides what happens to a search or a training when its window closes.
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
