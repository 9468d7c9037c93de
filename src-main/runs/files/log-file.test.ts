import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder';
import { logPiece, readLog } from './log-file';

let run: string;
let log: string;
beforeEach(() => {
  run = temporaryFolder('cellsmith-log-');
  log = join(run, 'log.txt');
});
afterEach(() => rmSync(run, { recursive: true }));

it('a log is read from its end, then followed line by line', () => {
  expect(readLog(run, null)).toEqual({ text: '', from: 0, to: 0 });
  writeFileSync(log, 'one\ntwo\nthr');
  const first = readLog(run, null);
  expect(first).toEqual({ text: 'one\ntwo\n', from: 0, to: 8 });
  expect(readLog(run, first.to)).toEqual({ text: '', from: 8, to: 8 });
  appendFileSync(log, 'ee\nfour é\n');
  expect(readLog(run, first.to)).toEqual({ text: 'three\nfour é\n', from: 8, to: 22 });
});

it('only the end of a long log is read, from the beginning of a line', () => {
  const line = `${'x'.repeat(99)}\n`;
  writeFileSync(log, line.repeat(2000));
  const { text, from, to } = readLog(run, null);
  expect(text).toBe(line.repeat(Math.floor(logPiece / 100)));
  expect([from % 100, to]).toEqual([0, 200_000]);
});

it('a rotated log is read from its beginning', () => {
  writeFileSync(log, 'a long first log\n');
  const { to } = readLog(run, null);
  renameSync(log, `${log}.1`);
  writeFileSync(log, 'new\n');
  expect(readLog(run, to).text).toBe('new\n');
});
