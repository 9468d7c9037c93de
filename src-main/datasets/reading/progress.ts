import type { DatasetProgress } from '../../../src-shared/tasks/data-kind';

export type OnProgress = (progress: DatasetProgress) => void;

/** Minimum interval in ms: one message per image would cost more than reading the image. */
const interval = 100;

/** Counts one stage of the work and reports it at most ten times a second, first and last count always. */
export class Progress {
  readonly #stage: DatasetProgress['stage'];
  readonly #unit: DatasetProgress['unit'];
  readonly #total: number | null;
  readonly #report: OnProgress | undefined;
  readonly #began = performance.now();
  #reported = -Infinity;
  #done = 0;

  constructor(
    stage: DatasetProgress['stage'],
    unit: DatasetProgress['unit'],
    total: number | null,
    report: OnProgress | undefined,
  ) {
    this.#stage = stage;
    this.#unit = unit;
    this.#total = total;
    this.#report = report;
    this.#send(performance.now());
  }

  add(amount: number): void {
    this.set(this.#done + amount);
  }

  set(done: number): void {
    this.#done = done;
    const now = performance.now();
    if (now - this.#reported >= interval) this.#send(now);
  }

  /** Ends the stage: the work done becomes its total. */
  finish(): void {
    this.#send(performance.now(), this.#done);
  }

  #send(now: number, total = this.#total): void {
    this.#reported = now;
    const done = this.#done;
    // an estimated total must not be overtaken
    const shown = total === null ? null : Math.max(total, done);
    const left = shown === null || done === 0 ? null : ((now - this.#began) / done) * (shown - done);
    this.#report?.({ stage: this.#stage, unit: this.#unit, done, total: shown, millisecondsLeft: left });
  }
}
