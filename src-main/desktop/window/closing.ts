/** What closing the window does to the running work. */
export type Closing = 'background' | 'pause' | 'afterEpoch' | 'now' | 'stay';

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
export interface ClosingWork {
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
