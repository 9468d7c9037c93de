import { expect, it } from 'vitest';
import { closingOf, closingQuestions, settleClosing } from './closing';

/** What ends half a turn after it was asked to, and what was asked of it. */
function working(what: 'search' | 'training', button: string) {
  const asked: string[] = [];
  const buttons: readonly string[] = closingQuestions[what].buttons;
  return {
    asked,
    work: {
      working: true,
      ask: () => Promise.resolve(closingOf(what, buttons.indexOf(button))),
      pause: () => void asked.push('pause'),
      stop: (when: string) => void asked.push(when),
      ended: () => Promise.resolve().then(() => void asked.push('ended')),
    },
  };
}

it('a window without a search or a training closes unasked', async () => {
  const { work, asked } = working('search', 'Cancel');
  expect(await settleClosing({ ...work, working: false })).toBe('close');
  expect(asked).toEqual([]);
});

it('each button does what it says', async () => {
  const after = async (what: 'search' | 'training'): Promise<unknown[]> => {
    const results: unknown[] = [];
    for (const button of closingQuestions[what].buttons) {
      const { work, asked } = working(what, button);
      results.push([button, await settleClosing(work), ...asked]);
    }
    return results;
  };
  const stops = [
    ['Stop after the epoch', 'close', 'afterEpoch', 'ended'],
    ['Stop now', 'close', 'now', 'ended'],
    ['Cancel', 'stay'],
  ];
  expect(await after('search')).toEqual([
    ['Continue in the background', 'hide'],
    ['Pause', 'hide', 'pause'],
    ...stops,
  ]);
  expect(await after('training')).toEqual([['Continue in the background', 'hide'], ...stops]);
});

it('dismissing the question changes nothing', () => {
  for (const what of ['search', 'training'] as const) {
    expect(closingOf(what, closingQuestions[what].cancelId)).toBe('stay');
    expect(closingOf(what, -1)).toBe('stay');
  }
});
