import { createInterface } from 'node:readline';

/**
 * A contestant's side of the talk with bench/contestants/contestant.ts: trains when asked to, until the input ends
 * (bench/contestants/peers/protocol.py is the same for Python).
 *
 * @param step trains one step and gives its loss
 * @param facts versions and settings
 * @param regularisation the part of that loss that is weight decay, before the step
 */
export async function serve(
  step: () => Promise<number> | number,
  facts: object,
  regularisation: () => number = () => 0,
): Promise<void> {
  write({ ready: facts });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as { steps: number; losses: boolean };
    const milliseconds: number[] = [];
    const losses: number[] = [];
    for (let i = 0; i < request.steps; i++) {
      const decay = request.losses ? regularisation() : 0;
      const started = performance.now();
      const loss = await step();
      milliseconds.push(performance.now() - started);
      losses.push(loss - decay);
    }
    write({ milliseconds, losses: request.losses ? losses : null });
  }
}

function write(reply: object): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
