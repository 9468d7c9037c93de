/** What closing the window does to a search that runs. */
export type Closing = 'background' | 'pause' | 'afterEpoch' | 'now' | 'stay';

/** The question to ask, as Electron's message box takes it. */
export const closingQuestion = {
  type: 'question' as const,
  message: 'A search is running.',
  detail:
    'It can go on, or be held, without its window: start Cellsmith again, or use its sign in the tray, to see it. Or end it: everything up to the last epoch is kept, and it can be resumed.',
  buttons: ['Keep on in the background', 'Pause it', 'Stop after the epoch', 'Stop now', 'Cancel'],
  defaultId: 0,
  cancelId: 4,
  noLink: true,
};

const answers: readonly Closing[] = ['background', 'pause', 'afterEpoch', 'now', 'stay'];

/** What the button that was pressed means. */
export function closingOf(button: number): Closing {
  return answers[button] ?? 'stay';
}

/** How a window closes. */
export interface ClosingSearch {
  readonly searching: boolean;
  readonly ask: () => Promise<Closing>;
  readonly pause: () => void;
  readonly stop: (when: 'afterEpoch' | 'now') => void;
  readonly ended: () => Promise<void>;
}

/**
 * Settles what becomes of a search when its window is to close.
 * @returns whether the window may go, be hidden, or has to stay. It stays to be seen while the last epoch is trained.
 */
export async function settleClosing(search: ClosingSearch): Promise<'close' | 'hide' | 'stay'> {
  if (!search.searching) return 'close';
  const answer = await search.ask();
  if (answer === 'stay') return 'stay';
  if (answer === 'pause') search.pause();
  if (answer === 'background' || answer === 'pause') return 'hide';
  search.stop(answer);
  await search.ended();
  return 'close';
}
