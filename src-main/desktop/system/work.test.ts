import { expect, it } from 'vitest';
import { workOf, closingOf, closingQuestions, settleClosing } from './work';

const idle = { kind: 'idle', folder: null, problem: null } as const;
const untrained = { kind: 'idle', training: null, problem: null } as const;

it('describes a search and a training to the system', () => {
  const searching = {
    kind: 'searching',
    ...{ folder: '/runs/a', name: 'Demo', ended: 1, epoch: null, running: 2, share: 0.5 },
    ...{ timeLeft: null, ending: null, paused: true },
  } as const;
  expect(workOf(searching, untrained)).toMatchObject({ what: 'search', done: '1 child', paused: true });
  const training = {
    kind: 'training',
    ending: 'afterEpoch',
    ...{ training: 'a', name: 'demo-1', epochs: { done: 3, wanted: 20 }, share: 0.16 },
    ...{ timeLeft: null, measuring: null },
  } as const;
  expect(workOf(idle, training)).toEqual({
    kind: 'running',
    what: 'training',
    name: 'demo-1',
    done: '3 of 20 epochs',
    share: 0.16,
    paused: false,
    ending: true,
  });
});

it('describes the preparation, and why the work ended', () => {
  const preparing = { kind: 'preparing', training: null, step: 'data', reading: null } as const;
  expect(workOf(idle, preparing)).toEqual({ kind: 'preparing', what: 'training' });
  const problem = { code: 'child.failed', message: 'The loss became NaN.' };
  expect(workOf(idle, { ...untrained, problem })).toEqual({
    kind: 'idle',
    problems: { search: null, training: problem },
  });
});

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
