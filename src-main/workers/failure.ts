import { CellsmithError, type ErrorCode, errorMessage } from '../../src-shared/errors';
import type { FailureReason } from '../../src-shared/run/trial';
import type { ProcessExit } from './trainer-process';

/** Why a child has no result. */
export interface TrialFailure {
  readonly reason: FailureReason;
  /** A sentence for the user. */
  readonly message: string;
}

/** How TensorFlow, the C++ library, the system's allocator, CUDA and V8 say that memory has run out. */
const memoryWords =
  /resource.?exhausted|OOM when allocating|out of memory|bad_alloc|cannot allocate memory|could not allocate|failed to allocate|allocation failed/i;

/** Last lines of output that go into a message. */
const quotedLines = 3;

/** Errors that have a reason of their own; all others are 'error'. */
const reasons: Readonly<Partial<Record<ErrorCode, FailureReason>>> = {
  'child.diverged': 'diverged',
  'child.out-of-memory': 'outOfMemory',
  'architecture.invalid': 'invalid',
  'config.invalid': 'invalid',
  'engine.shape': 'invalid',
};

/** What an error in the course of training means for the trial. */
export function failureOf(error: unknown): TrialFailure {
  if (messages(error).some((message) => memoryWords.test(message)))
    return { reason: 'outOfMemory', message: outOfMemory('the network does not fit') };
  const message = errorMessage(error);
  if (!(error instanceof CellsmithError)) return { reason: 'error', message };
  return { reason: reasons[error.code] ?? 'error', message };
}

/**
 * What the unexpected end of a trainer means for its child.
 *
 * @param output the last that the process has written
 * @param endedForMemory whether the system has ended processes for lack of memory in the meantime
 */
export function failureOfExit(exit: ProcessExit, output: string, endedForMemory: boolean): TrialFailure {
  if (memoryWords.test(output)) return { reason: 'outOfMemory', message: outOfMemory('the trainer gave up') };
  if (exit.signal === 'SIGKILL' && endedForMemory)
    return { reason: 'outOfMemory', message: outOfMemory('the system ended the trainer') };
  const how = exit.signal === null ? `with code ${exit.code ?? 'unknown'}` : `by ${exit.signal}`;
  const last = lastLines(output);
  return { reason: 'crashed', message: `The trainer ended ${how}${last === '' ? '.' : `: ${last}`}` };
}

/** Lines that say nothing of a failure: blank, calls of a stack trace, braces, what Node ends with and warns of, TensorFlow's remarks. */
const emptyLine =
  /^\s*$|^\s+at |^[\s{}[\]^]+$|^Node\.js v|^\s*requireStack|^\(node:\d+\) |^\(Use `.* --trace-|^WARNING: All log messages before|^I\d{4} /;

/** The last lines of a process's output that say something, on one line. */
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
