import { describe, expect, it } from 'vitest';
import { CellsmithError } from '../../src-shared/errors';
import { failureOf, failureOfExit, lastLines } from './failure';

describe('what an error of training means', () => {
  it.each([
    ['child.diverged', 'diverged'],
    ['architecture.invalid', 'invalid'],
    ['config.invalid', 'invalid'],
    ['engine.shape', 'invalid'],
    ['engine.session', 'error'],
    ['data.damaged', 'error'],
  ] as const)('%s is %s, in its own words', (code, reason) => {
    expect(failureOf(new CellsmithError(code, 'Words.'))).toEqual({ reason, message: 'Words.' });
  });

  it.each([
    'OOM when allocating tensor with shape[9,9] and type float on CPU:0 by allocator mklcpu',
    'RESOURCE_EXHAUSTED: failed to allocate memory',
    'std::bad_alloc',
    'CUDA_ERROR_OUT_OF_MEMORY: out of memory',
  ])('%s is a lack of memory, also as the cause of another error', (text) => {
    expect(failureOf(new Error(text)).reason).toBe('outOfMemory');
    const wrapped = new CellsmithError('engine.session', 'It failed.', { cause: new Error(text) });
    expect(failureOf(wrapped).reason).toBe('outOfMemory');
  });

  it('anything else is an error', () => {
    expect(failureOf('odd')).toEqual({ reason: 'error', message: 'odd' });
  });
});

describe('what the end of a trainer means', () => {
  const killed = { code: null, signal: 'SIGKILL' };

  it('is a crash, with its last words', () => {
    expect(failureOfExit({ code: 3, signal: null }, 'a\nb\n\nc\nd\n', false)).toEqual({
      reason: 'crashed',
      message: 'The trainer ended with code 3: b | c | d',
    });
    expect(failureOfExit({ code: null, signal: 'SIGSEGV' }, '', false).message).toBe(
      'The trainer ended by SIGSEGV.',
    );
  });

  it('is a lack of memory when the system ended it for that, or it says so', () => {
    expect(failureOfExit(killed, '', true).reason).toBe('outOfMemory');
    expect(failureOfExit(killed, '', false).reason).toBe('crashed');
    // The system ended something else in the meantime.
    expect(failureOfExit({ code: null, signal: 'SIGSEGV' }, '', true).reason).toBe('crashed');
    const aborted = { code: null, signal: 'SIGABRT' };
    expect(failureOfExit(aborted, "terminate called after throwing 'std::bad_alloc'", false).reason).toBe(
      'outOfMemory',
    );
    const heap = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory';
    expect(failureOfExit(aborted, heap, false).reason).toBe('outOfMemory');
  });

  it('quotes what was said, not stack traces and remarks', () => {
    const output = [
      '(node:12520) ExperimentalWarning: Importing JSON modules is an experimental feature',
      '(Use `node --trace-warnings ...` to show where the warning was created)',
      'I0000 00:00:1 9 port.cc:153] oneDNN custom operations are on.',
      'node:internal/modules/cjs/loader:1215',
      '  throw err;',
      '  ^',
      "Error: Cannot find module '/x/trainer.js'",
      '    at Module._load (node:internal:1)',
      '  requireStack: []',
      '}',
      '',
      'Node.js v20.20.2',
    ].join('\n');
    expect(lastLines(output)).toBe(
      "node:internal/modules/cjs/loader:1215 | throw err; | Error: Cannot find module '/x/trainer.js'",
    );
  });
});
