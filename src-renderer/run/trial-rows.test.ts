import { expect, it } from 'vitest';
import type { ListedTrial } from '../../src-shared/run/trial';
import { remarkOf, trialRows } from './trial-rows';

const trial = (number: number, changes: Partial<ListedTrial>): ListedTrial => ({
  number,
  state: 'completed',
  replica: 0,
  depth: 3,
  decisions: [],
  architectureHash: `ab${number}`,
  parameters: 1000 - number,
  multiplyAdds: 0,
  reward: null,
  measure: null,
  failure: null,
  reusedFrom: null,
  retries: 0,
  batchSize: null,
  endedBy: null,
  startedAt: null,
  endedAt: null,
  ...changes,
});

const trials = [
  trial(1, { reward: 0.2, measure: 0.6, startedAt: 0, endedAt: 900 }),
  trial(2, { state: 'failed', reward: 0, failure: { reason: 'outOfMemory', message: 'Out of memory.' } }),
  trial(3, { reward: 0.5, measure: 0.8, startedAt: 0, endedAt: 700 }),
  trial(12, { state: 'proposed' }),
];
const numbers = (rows: readonly ListedTrial[]): number[] => rows.map(({ number }) => number);

it('rows are ordered by any column, those without a value last in both directions', () => {
  expect(numbers(trialRows(trials, { by: 'reward', descending: true }, 'all', ''))).toEqual([3, 1, 2, 12]);
  expect(numbers(trialRows(trials, { by: 'reward', descending: false }, 'all', ''))).toEqual([2, 1, 3, 12]);
  expect(numbers(trialRows(trials, { by: 'time', descending: false }, 'all', ''))).toEqual([3, 1, 2, 12]);
  expect(numbers(trialRows(trials, { by: 'parameters', descending: false }, 'all', ''))).toEqual([
    12, 3, 2, 1,
  ]);
});

it('a filter takes a state, a number or a word', () => {
  const order = { by: 'number', descending: false } as const;
  expect(numbers(trialRows(trials, order, 'failed', ''))).toEqual([2]);
  expect(numbers(trialRows(trials, order, 'all', '1'))).toEqual([1]);
  expect(numbers(trialRows(trials, order, 'all', 'memory'))).toEqual([2]);
  expect(numbers(trialRows(trials, order, 'all', 'AB12'))).toEqual([12]);
});

it('has remarks on a child in addition to its numbers', () => {
  const failure = { reason: 'crashed', message: 'The trainer ended.' } as const;
  expect(remarkOf(trial(1, {}))).toBe('');
  expect(remarkOf(trial(1, { failure, retries: 2 }))).toBe('The trainer ended. Trained again 2 times.');
  expect(remarkOf(trial(1, { endedBy: 'user', retries: 1, batchSize: 16 }))).toBe(
    'Stopped by you before its last epoch. Trained again. Batch size 16.',
  );
});
