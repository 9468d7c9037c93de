import { expect, it } from 'vitest';
import { workOf, closingOf, closingQuestion, settleClosing } from './work';

const searching = {
  kind: 'searching',
  ...{ folder: '/runs/a', name: 'Demo', ended: 1, epoch: null, running: 2, share: 0.5 },
  ...{ timeLeft: null, ending: null, paused: true },
} as const;

it('describes a run to the system, one of a single child by its epochs', () => {
  expect(workOf(searching)).toEqual({
    kind: 'running',
    ...{ name: 'Demo', done: '1 child', share: 0.5, paused: true, ending: false },
  });
  expect(workOf({ ...searching, epoch: { current: 3, of: 20 }, ending: 'afterEpoch' })).toMatchObject({
    done: 'epoch 3 of 20',
    ending: true,
  });
});

it('describes the preparation, and why the run ended', () => {
  const preparing = { kind: 'preparing', folder: null, step: 'data', reading: null } as const;
  expect(workOf(preparing)).toEqual({ kind: 'preparing' });
  const problem = { code: 'child.failed', message: 'The loss became NaN.' };
  expect(workOf({ kind: 'idle', folder: null, problem })).toEqual({ kind: 'idle', problem });
});

/** What ends half a turn after it was asked to, and what was asked of it. */
function working(button: string) {
  const asked: string[] = [];
  const buttons: readonly string[] = closingQuestion.buttons;
  return {
    asked,
    work: {
      working: true,
      ask: () => Promise.resolve(closingOf(buttons.indexOf(button))),
      pause: () => void asked.push('pause'),
      stop: (when: string) => void asked.push(when),
      ended: () => Promise.resolve().then(() => void asked.push('ended')),
    },
  };
}

it('a window without a run closes unasked', async () => {
  const { work, asked } = working('Cancel');
  expect(await settleClosing({ ...work, working: false })).toBe('close');
  expect(asked).toEqual([]);
});

it('each button does what it says', async () => {
  const results: unknown[] = [];
  for (const button of closingQuestion.buttons) {
    const { work, asked } = working(button);
    results.push([button, await settleClosing(work), ...asked]);
  }
  expect(results).toEqual([
    ['Continue in the background', 'hide'],
    ['Pause', 'hide', 'pause'],
    ['Stop after the epoch', 'close', 'afterEpoch', 'ended'],
    ['Stop now', 'close', 'now', 'ended'],
    ['Cancel', 'stay'],
  ]);
});

it('dismissing the question changes nothing', () => {
  expect(closingOf(closingQuestion.cancelId)).toBe('stay');
  expect(closingOf(-1)).toBe('stay');
});
