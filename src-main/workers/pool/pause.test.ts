import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { heldTimer } from './watchdog';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a timer that can be held', () => {
  it('fires after the time in which it was not held, less the time taken off', () => {
    const rings = vi.fn();
    const timer = heldTimer(rings, 1000, () => Date.now());
    vi.advanceTimersByTime(300);
    timer.hold();
    vi.advanceTimersByTime(10_000);
    timer.shorten(200);
    timer.release();
    vi.advanceTimersByTime(499);
    expect(rings).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(rings).toHaveBeenCalledTimes(1);
  });

  it('fires at once when no time is left, and never once stopped', () => {
    const rings = vi.fn();
    heldTimer(rings, 1000, () => Date.now()).shorten(1500);
    vi.advanceTimersByTime(0);
    expect(rings).toHaveBeenCalledTimes(1);
    const stopped = heldTimer(rings, 1000, () => Date.now());
    stopped.stop();
    vi.advanceTimersByTime(5000);
    expect(rings).toHaveBeenCalledTimes(1);
  });
});
