/** Reports the benchmark's progress on standard error. */
export interface Progress {
  /** @param fraction of the child at hand that is done */
  report(what: string, fraction: number): void;
  /** A notice for the user while the benchmark continues. */
  note(what: string): void;
}

/** @param index of the child at hand among `children` */
export function progressOf(index: number, children: number, started: number): Progress {
  return {
    report: (what, fraction) => {
      const done = (index + fraction) / children;
      const elapsed = (performance.now() - started) / 1000;
      // The first start is not representative.
      const left = done < 0.05 ? '' : `, about ${duration((elapsed * (1 - done)) / done)} left`;
      process.stderr.write(`[${duration(elapsed)}] ${what} (${Math.round(done * 100)} %${left})\n`);
    },
    note: (what) => process.stderr.write(`${what}\n`),
  };
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
