import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runDescription } from '../testing/run-description';
import { temporaryFolder } from '../testing/temporary-folder';
import {
  checkpointFile,
  commitCheckpoint,
  currentCheckpoint,
  pruneCheckpoints,
  readCheckpoint,
  writeCheckpoint,
} from './checkpoint';
import { openLogFile } from './files/log-file';
import { createRun, type WritableRun } from './run-folder';
import { pruneWeights, weightsPath } from './child-files';

let runs: string;
let run: WritableRun;
beforeEach(() => {
  runs = temporaryFolder('cellsmith-checkpoint-');
  run = createRun({ within: runs }, runDescription());
});
afterEach(() => {
  run.close();
  rmSync(runs, { recursive: true });
});

const files = (folder: string): string[] => readdirSync(join(run.folder, folder)).sort();

describe('checkpoints of the controller', () => {
  it('take effect when the database names them; the previous one is kept until then', () => {
    const first = writeCheckpoint(run.folder, 1, Uint8Array.of(1, 2, 3));
    expect(currentCheckpoint(run.database)).toBeUndefined();
    commitCheckpoint(run.database, first);
    pruneCheckpoints(run.folder, first);
    const second = writeCheckpoint(run.folder, 2, Uint8Array.of(4));
    expect(files('controller')).toEqual(['00000001.state', '00000002.state']);
    expect(currentCheckpoint(run.database)).toEqual(first);
    expect([...readCheckpoint(run.folder, first)]).toEqual([1, 2, 3]);
    commitCheckpoint(run.database, second);
    pruneCheckpoints(run.folder, second);
    expect(files('controller')).toEqual(['00000002.state']);
    expect(currentCheckpoint(run.database)).toEqual(second);
  });

  it('are reported when damaged or missing', () => {
    const reference = writeCheckpoint(run.folder, 1, new Uint8Array(100));
    const path = checkpointFile(run.folder, 1);
    writeFileSync(path, new Uint8Array(99));
    const damaged = expect.objectContaining({
      code: 'run.damaged',
      message: expect.stringContaining(path) as string,
    }) as Error;
    expect(() => readCheckpoint(run.folder, reference)).toThrow(damaged);
    rmSync(path);
    expect(() => readCheckpoint(run.folder, reference)).toThrow(damaged);
  });
});

describe('weights of children', () => {
  it('are kept for the best and for those in training', () => {
    for (const trial of [1, 2, 3, 1234567]) writeFileSync(weightsPath(run.folder, trial), 'w');
    writeFileSync(`${weightsPath(run.folder, 2)}.partial`, 'w');
    writeFileSync(join(run.folder, 'children', 'notes of the user.txt'), '');
    pruneWeights(run.folder, [{ number: 3 }, { number: 9 }], new Set([1234567]));
    expect(files('children')).toEqual(['000003.safetensors', '1234567.safetensors', 'notes of the user.txt']);
  });
});

describe('the log', () => {
  it('appends lines with their source and rotates when it has grown', () => {
    const path = join(run.folder, 'log.txt');
    const log = openLogFile(path, 300);
    log.write('trainer 1', 'one\n\ntwo\n');
    expect(readFileSync(path, 'utf8')).toMatch(/^\d{4}-.*Z trainer 1: one\n\d{4}-.*Z trainer 1: two\n$/);
    for (let line = 0; line < 20; line++) log.write('search', `line ${line}`);
    const kept = readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8');
    expect(kept.length).toBeLessThan(600);
    expect(kept).toContain('line 19');
    openLogFile(path, 300).write('search', 'again');
    expect(readFileSync(path, 'utf8')).toContain('again');
  });
});
