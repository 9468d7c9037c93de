import { describe, expect, it } from 'vitest';
import { progressReporter } from './progress';
import type { ProvisioningProgress } from './progress';

/** A reporter on a clock that the test controls, and its reports. */
function reporting(): {
  reports: ProvisioningProgress[];
  wait: (ms: number) => void;
  reporter: ReturnType<typeof progressReporter>;
} {
  const reports: ProvisioningProgress[] = [];
  let now = 0;
  const reporter = progressReporter(
    (progress) => reports.push(progress),
    () => now,
  );
  return { reports, reporter, wait: (ms) => (now += ms) };
}

describe('the progress of an installation', () => {
  it('estimates the time left from the rate so far', () => {
    const { reports, reporter, wait } = reporting();
    reporter.start('downloading', 1000);
    wait(2000);
    reporter.advance(250);
    expect(reports).toEqual([
      { stage: 'downloading', done: 0, total: 1000, secondsLeft: undefined },
      { stage: 'downloading', done: 250, total: 1000, secondsLeft: 6 },
    ]);
  });

  it('never goes back, never beyond the end, and always reports the end', () => {
    const { reports, reporter, wait } = reporting();
    reporter.start('extracting', 100);
    wait(1000);
    reporter.advance(60);
    reporter.advance(40);
    reporter.advance(130);
    expect(reports.map(({ done }) => done)).toEqual([0, 60, 100]);
  });

  it('reports at most ten times a second', () => {
    const { reports, reporter, wait } = reporting();
    reporter.start('extracting', 1e6);
    for (let done = 1; done <= 1000; done++) {
      wait(1);
      reporter.advance(done);
    }
    expect(reports.length).toBe(11);
  });
});
