import { exitCodes } from './exit-codes';

/**
 * Counts Ctrl-C: the first ends gracefully, the second at once, the third exits the process. A termination signal acts
 * like the second.
 */
export interface Interrupts {
  /** After the first Ctrl-C. */
  readonly gentle: AbortSignal;
  /** After the second, or a termination signal. */
  readonly immediate: AbortSignal;
  /** 130 or 143 when a signal ended the command; undefined when none did. */
  exitCode(): number | undefined;
}

/**
 * One press of Ctrl-C can arrive more than once: the terminal signals all of its processes, and npm forwards the signals it receives. Presses
 * within this time count as one. Milliseconds.
 */
const onePress = 250;

/**
 * Listens until the process ends: a press must not interrupt the final writes.
 * @param onInterrupt called with the number of presses, before the signals fire
 */
export function listenForInterrupts(onInterrupt: (presses: number) => void): Interrupts {
  const gentle = new AbortController();
  const immediate = new AbortController();
  let presses = 0;
  let last = -Infinity;
  let exitCode: number | undefined;

  const interrupted = (): void => {
    const now = performance.now();
    if (now - last < onePress) return;
    last = now;
    presses += 1;
    exitCode ??= exitCodes.interrupted;
    if (presses > 2) process.exit(exitCodes.interrupted);
    onInterrupt(presses);
    (presses === 1 ? gentle : immediate).abort();
  };
  const terminated = (): void => {
    exitCode ??= exitCodes.terminated;
    immediate.abort();
  };
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', terminated);
  process.on('SIGHUP', terminated);
  return {
    gentle: gentle.signal,
    immediate: immediate.signal,
    exitCode: () => exitCode,
  };
}
