import { readFileSync } from 'node:fs';
import { CellsmithError, type ErrorCode, errorMessage } from '../../src-shared/errors';
import type { FailureReason } from '../../src-shared/run/trial';
import type { ProcessExit } from './trainer-process';

/** The reason for which a child has no result. */
export interface TrialFailure {
  readonly reason: FailureReason;
  /** A sentence for the user. */
  readonly message: string;
}

/** How TensorFlow, the C++ library, the system's allocator, CUDA and V8 report that memory has run out. */
const memoryWords =
  /resource.?exhausted|OOM when allocating|out of memory|bad_alloc|cannot allocate memory|could not allocate|failed to allocate|allocation failed/i;

/** Number of last output lines quoted in a message. */
const quotedLines = 3;

/** Errors with a specific reason; all others are 'error'. */
const reasons: Readonly<Partial<Record<ErrorCode, FailureReason>>> = {
  'child.diverged': 'diverged',
  'child.out-of-memory': 'outOfMemory',
  'architecture.invalid': 'invalid',
  'config.invalid': 'invalid',
  'engine.shape': 'invalid',
};

/** Classifies an error during training. */
export function failureOf(error: unknown): TrialFailure {
  if (messages(error).some((message) => memoryWords.test(message)))
    return { reason: 'outOfMemory', message: outOfMemory('the network does not fit') };
  const message = errorMessage(error);
  if (!(error instanceof CellsmithError)) return { reason: 'error', message };
  return { reason: reasons[error.code] ?? 'error', message };
}

/**
 * Classifies the unexpected exit of a trainer.
 *
 * @param output the last output of the process
 * @param endedForMemory whether the system has killed processes for lack of memory in the meantime
 */
export function failureOfExit(exit: ProcessExit, output: string, endedForMemory: boolean): TrialFailure {
  if (memoryWords.test(output)) return { reason: 'outOfMemory', message: outOfMemory('the trainer gave up') };
  if (exit.signal === 'SIGKILL' && endedForMemory)
    return { reason: 'outOfMemory', message: outOfMemory('the system killed the trainer') };
  const how = exit.signal === null ? `with code ${exit.code ?? 'unknown'}` : `by ${exit.signal}`;
  const last = lastLines(output);
  return { reason: 'crashed', message: `The trainer ended ${how}${last === '' ? '.' : `: ${last}`}` };
}

/** Lines without information about a failure: blank ones, stack traces, braces, Node's version and warnings, TensorFlow's notes. */
const emptyLine =
  /^\s*$|^\s+at |^[\s{}[\]^]+$|^Node\.js v|^\s*requireStack|^\(node:\d+\) |^\(Use `.* --trace-|^WARNING: All log messages before|^I\d{4} /;

/** The last informative lines of a process's output, joined to one line. */
export function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => !emptyLine.test(line));
  return lines
    .slice(-quotedLines)
    .map((line) => line.trim())
    .join(' | ');
}

function outOfMemory(what: string): string {
  return `Out of memory: ${what}. A smaller batch, fewer trainers at a time or smaller networks need less.`;
}

function messages(error: unknown): string[] {
  return error instanceof Error ? [error.message, ...messages(error.cause)] : [String(error)];
}

/** Where Linux counts the processes that it killed for lack of memory: in the control group, then in the whole system. */
const counters = [
  ['/sys/fs/cgroup/memory.events', /^oom_kill (\d+)$/m],
  ['/proc/vmstat', /^oom_kill (\d+)$/m],
] as const;

/** The number of processes killed for lack of memory so far; 0 where the system does not report it. */
export function memoryKills(): number {
  return counters.reduce((total, [file, pattern]) => total + count(file, pattern), 0);
}

function count(file: string, pattern: RegExp): number {
  try {
    return Number(pattern.exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
  } catch {
    // Another system, or a container that hides it.
    return 0;
  }
}
