/** The stage of provisioning. `waiting`: for another process that installs the same engine. */
export type ProvisioningStage =
  'checking' | 'waiting' | 'downloading' | 'extracting' | 'compiling' | 'verifying';

/** Progress. `done` and `total` are bytes of the stage; both 0 if it has no size. */
export interface ProvisioningProgress {
  readonly stage: ProvisioningStage;
  readonly done: number;
  readonly total: number;
  /** Estimated seconds until the stage ends, at its average rate; undefined while unknown. */
  readonly secondsLeft: number | undefined;
}

/** Reports one stage after the other. */
export interface ProgressReporter {
  /** Begins a stage. @param total its bytes */
  start(stage: ProvisioningStage, total?: number): void;
  /** @param done bytes of the stage so far; clamped to be monotonic and at most the total */
  advance(done: number): void;
}

/**
 * @param now milliseconds, from a monotonic clock
 */
export function progressReporter(
  onProgress: ((progress: ProvisioningProgress) => void) | undefined,
  now: () => number = () => performance.now(),
): ProgressReporter {
  let stage: ProvisioningStage = 'checking';
  let total = 0;
  let done = 0;
  let started = now();
  let reported = -Infinity;
  const report = (): void => {
    reported = now();
    const seconds = (reported - started) / 1000;
    const known = done > 0 && seconds > 0.5;
    onProgress?.({
      stage,
      done,
      total,
      secondsLeft: known ? Math.round((seconds / done) * (total - done)) : undefined,
    });
  };
  return {
    start: (newStage, newTotal = 0) => {
      stage = newStage;
      total = newTotal;
      done = 0;
      started = now();
      report();
    },
    advance: (newDone) => {
      const bounded = Math.min(total, Math.max(done, newDone));
      if (bounded === done) return;
      done = bounded;
      // At most ten reports per second, and always the last one.
      if (done === total || now() - reported >= 100) report();
    },
  };
}
