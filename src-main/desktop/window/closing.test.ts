import { expect, it } from 'vitest';
import { closingOf, closingQuestion, settleClosing } from './closing';

/** A search that ends half a turn after it was asked to, and what was asked of it. */
function searching(button: string) {
  const asked: string[] = [];
  return {
    asked,
    search: {
      searching: true,
      ask: () => Promise.resolve(closingOf(closingQuestion.buttons.indexOf(button))),
      pause: () => void asked.push('pause'),
      stop: (when: string) => void asked.push(when),
      ended: () => Promise.resolve().then(() => void asked.push('ended')),
    },
  };
}

it('a window without a search closes unasked', async () => {
  const { search, asked } = searching('Cancel');
  expect(await settleClosing({ ...search, searching: false })).toBe('close');
  expect(asked).toEqual([]);
});

it('each button does what it says', async () => {
  const results: unknown[] = [];
  for (const button of closingQuestion.buttons) {
    const { search, asked } = searching(button);
    results.push([button, await settleClosing(search), ...asked]);
  }
  expect(results).toEqual([
    ['Keep on in the background', 'hide'],
    ['Pause it', 'hide', 'pause'],
    ['Stop after the epoch', 'close', 'afterEpoch', 'ended'],
    ['Stop now', 'close', 'now', 'ended'],
    ['Cancel', 'stay'],
  ]);
});

it('a question that is waved away leaves everything as it is', () => {
  expect(closingOf(closingQuestion.cancelId)).toBe('stay');
  expect(closingOf(-1)).toBe('stay');
});
