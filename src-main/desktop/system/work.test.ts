import { expect, it } from 'vitest';
import { workOf } from './work';

const idle = { kind: 'idle', folder: null, problem: null } as const;
const untrained = { kind: 'idle', training: null, problem: null } as const;

it('describes a search and a training to the system', () => {
  const searching = {
    kind: 'searching',
    ...{ folder: '/runs/a', name: 'Demo', ended: 1, running: 2, share: 0.5 },
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
