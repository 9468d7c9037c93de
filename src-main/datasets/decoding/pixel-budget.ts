/** Lets work proceed side by side as long as its pixels together stay within a budget; one piece of work may always. */
export class PixelBudget {
  readonly #limit: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs `work` when there is room for its pixels. */
  async with<T>(pixels: number, work: () => Promise<T>): Promise<T> {
    while (this.#taken > 0 && this.#taken + pixels > this.#limit) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#taken += pixels;
    try {
      return await work();
    } finally {
      this.#taken -= pixels;
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }
}
