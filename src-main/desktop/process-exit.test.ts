import { expect, it } from 'vitest';
import { processExitOf } from './process-exit';

it('a code is a code, and the number of a signal is the signal', () => {
  expect(processExitOf(0, 'linux')).toEqual({ code: 0, signal: null });
  expect(processExitOf(1, 'linux')).toEqual({ code: 1, signal: null });
  expect(processExitOf(9, 'linux')).toEqual({ code: null, signal: 'SIGKILL' });
  expect(processExitOf(137, 'linux')).toEqual({ code: null, signal: 'SIGKILL' });
  expect(processExitOf(6, 'linux')).toEqual({ code: null, signal: 'SIGABRT' });
  expect(processExitOf(100, 'linux')).toEqual({ code: 100, signal: null });
  expect(processExitOf(9, 'win32')).toEqual({ code: 9, signal: null });
});
