import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startWatchdog, timer } from './watchdog';

const patience = { first: 10_000, least: 1000, steps: 20 };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A watchdog and the silences that it called out. */
function watch(): { silences: number[]; dog: ReturnType<typeof startWatchdog> } {
  const silences: number[] = [];
  return {
    silences,
    dog: startWatchdog(
      patience,
      (silence) => silences.push(silence),
      () => Date.now(),
    ),
  };
}

describe('the watchdog', () => {
  it('waits long for the first step', () => {
    const { silences, dog } = watch();
    vi.advanceTimersByTime(9999);
    dog.heardSteps(1);
    vi.advanceTimersByTime(9999);
    expect(silences).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(silences).toEqual([10_000]);
  });

  it('then allows twenty times the slowest step, if that exceeds the minimum', () => {
    const { silences, dog } = watch();
    dog.heardSteps(1);
    vi.advanceTimersByTime(600);
    dog.heardSteps(3);
    vi.advanceTimersByTime(100);
    dog.heardSteps(13);
    vi.advanceTimersByTime(5999);
    expect(silences).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(silences).toEqual([6000]);
  });

  it('allows the minimum when steps are quick, also too quick to be reported', () => {
    for (const hear of [
      (dog: ReturnType<typeof startWatchdog>) => {
        dog.heardSteps(1);
        vi.advanceTimersByTime(10);
        dog.heardSteps(100);
      },
      (dog: ReturnType<typeof startWatchdog>) => dog.heardEpoch(),
    ]) {
      const { silences, dog } = watch();
      hear(dog);
      vi.advanceTimersByTime(999);
      expect(silences).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(silences).toEqual([1000]);
    }
  });

  it('does nothing once stopped', () => {
    const { silences, dog } = watch();
    dog.stop();
    vi.advanceTimersByTime(1e6);
    expect(silences).toEqual([]);
  });

  it('ignores the time in which the trainer is held, also for the length of a step', () => {
    const { silences, dog } = watch();
    dog.heardSteps(1);
    vi.advanceTimersByTime(10);
    dog.heardSteps(2);
    dog.hold();
    vi.advanceTimersByTime(1_000_000);
    dog.heardSteps(3);
    vi.advanceTimersByTime(1_000_000);
    expect(silences).toEqual([]);
    dog.release();
    dog.heardSteps(4);
    vi.advanceTimersByTime(999);
    expect(silences).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(silences).toEqual([1000]);
  });
});

it('a timer of years does not fire at once', () => {
  let wentOff = false;
  timer(() => (wentOff = true), 365 * 24 * 3600 * 1000);
  vi.advanceTimersByTime(60_000);
  expect(wentOff).toBe(false);
});
