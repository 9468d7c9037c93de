import { describe, expect, it } from 'vitest';
import { trainingNameSchema, trainingState } from './training-summary';

describe('how a training stands', () => {
  it('is what it ended with, unless a process holds it', () => {
    const outcomes = ['completed', 'stopped', 'interrupted', 'failed', null] as const;
    expect(outcomes.map((outcome) => trainingState(outcome, null))).toEqual([
      ...['finished', 'stopped', 'interrupted', 'failed', 'interrupted'],
    ]);
    const holder = { pid: 7, host: 'here' };
    expect(new Set(outcomes.map((outcome) => trainingState(outcome, holder)))).toEqual(new Set(['running']));
  });
});

describe('the name of a training', () => {
  it('leads nowhere else', () => {
    for (const name of ['2031-01-09-demo-12-abcd', 'a b', '..a'])
      expect(trainingNameSchema.safeParse(name).success).toBe(true);
    for (const name of ['', '.', '..', '../x', 'x/y', '/etc', 'x\\y', '..\\x', 'x\0y', 'x'.repeat(256)])
      expect(trainingNameSchema.safeParse(name).success).toBe(false);
  });
});
