import { describe, expect, it } from 'vitest';
import { Generator } from '../random';
import { timeLeft, type Pace } from './progress';

const pace = (changes: Partial<Pace>): Pace => ({
  now: 1000,
  startedAt: 0,
  endedAt: [],
  underWay: [],
  restored: 0,
  ownLeft: [],
  remaining: null,
  until: null,
  ...changes,
});

describe('the time left', () => {
  it('is unknown before anything is done, and without any limit', () => {
    expect(timeLeft(pace({ remaining: 8 }))).toBeNull();
    expect(timeLeft(pace({ endedAt: [500] }))).toBeNull();
  });

  it('goes by the first child in training before any has ended', () => {
    // A quarter of a child in 1 s: 4 s a child, 7.75 of 8 children left.
    expect(timeLeft(pace({ underWay: [0.25], remaining: 8 }))?.milliseconds).toBeCloseTo(31_000);
  });

  it('counts trainers that work in parallel by the wall clock', () => {
    // Six children in 1 s and two halves: 7 a second, 4 − 1 left.
    const left = timeLeft(
      pace({ endedAt: [300, 310, 600, 620, 900, 910], underWay: [0.5, 0.5], remaining: 4 }),
    );
    expect(left?.milliseconds).toBeCloseTo((3 / 7) * 1000);
  });

  it('is that of the clock where the hours end first, without doubt when they surely do', () => {
    const slow = { endedAt: [200, 400, 600, 800, 1000], remaining: 1000 };
    expect(timeLeft(pace({ ...slow, until: 5000 }))).toEqual({ milliseconds: 4000, uncertainty: 0 });
    expect(timeLeft(pace({ ...slow, until: 900 }))).toEqual({ milliseconds: 0, uncertainty: 0 });
    expect(timeLeft(pace({ until: 5000 }))).toEqual({ milliseconds: 4000, uncertainty: 0 });
    expect(timeLeft(pace({ ...slow, remaining: 2, until: 5000 }))?.milliseconds).toBeCloseTo(400);
  });

  it('follows networks that grow: only the last children count', () => {
    const endedAt = Array.from({ length: 100 }, (_, child) => (child < 50 ? child : 50 + (child - 49) * 100));
    const now = endedAt.at(-1) ?? 0;
    expect(timeLeft(pace({ now, endedAt, remaining: 10 }))?.milliseconds).toBeCloseTo(1000, -1);
  });

  it('holds the truth within two deviations nine times in ten', () => {
    const draw = Generator.seeded(5, 'time left');
    let within = 0;
    const searches = 400;
    for (let search = 0; search < searches; search++) {
      // Log-normal durations of sequential children: the estimate is made after 12 of 40.
      const ends: number[] = [];
      for (let child = 0, now = 0; child < 40; child++)
        ends.push((now += 1000 * Math.exp(0.6 * draw.normal())));
      const now = ends[11] ?? 0;
      const estimate = timeLeft(pace({ now, endedAt: ends.slice(0, 12), remaining: 28 }));
      const truth = (ends.at(-1) ?? 0) - now;
      if (estimate && Math.abs(estimate.milliseconds - truth) <= 2 * estimate.uncertainty) within++;
    }
    expect(within / searches).toBeGreaterThan(0.85);
    // Not by being vague: an error bar of half the estimate would hold everything.
    expect(within / searches).toBeLessThan(0.995);
  });
});
