import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Generator } from '../../src-shared/random';
import { epochOf } from '../testing/synthetic-pool';
import { readSafetensors, writeSafetensors } from './safetensors';
import { checkpointFile } from './checkpoint-file';
import type { ChildCheckpoints, ChildState } from './child-state';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, '000001.safetensors');
const subject = { recipe: { epochs: 3 }, seed: 1 };
let log: string[] = [];
beforeEach(() => {
  log = [];
  rmSync(file, { force: true, recursive: true });
});
const open = (of: unknown = subject): ChildCheckpoints =>
  checkpointFile({ file, everyEpochs: 1 }, of, (line) => log.push(line));

const state: ChildState = {
  epochs: [epochOf(0, 0.25), epochOf(1, 0.5)],
  generators: { order: Generator.seeded(0, 'order').state },
  tensors: [
    { name: 'layer1/kernel', shape: [2, 2], values: Float32Array.of(1, -0, 1e-40, 0.1) },
    { name: 'layer1/kernel/momentum', shape: [2, 2], values: Float32Array.of(0, 1, 2, 3) },
  ],
};

describe('a checkpoint file', () => {
  it('restores the last written state, bit for bit', () => {
    expect(open().read()).toBeUndefined();
    open().write({ ...state, epochs: state.epochs.slice(0, 1) });
    open().write(state);
    expect(open().read()).toEqual(state);
    expect(log).toEqual([]);
  });

  it('of another recipe, seed or data set is dropped with a line in the log', () => {
    open().write(state);
    expect(open({ ...subject, seed: 2 }).read()).toBeUndefined();
    expect(log).toEqual([expect.stringMatching(/000001.*another network, recipe or data set.*starts over/)]);
    expect(existsSync(file)).toBe(false);
  });

  it('that is truncated at any length is dropped', () => {
    open().write(state);
    const whole = readFileSync(file);
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(file, whole);
      truncateSync(file, length);
      expect(open().read()).toBeUndefined();
      expect(existsSync(file)).toBe(false);
    }
    expect(log).toHaveLength(whole.length);
  });

  it('with any flipped bit is dropped', () => {
    open().write(state);
    const whole = readFileSync(file);
    for (let at = 0; at < whole.length; at++) {
      const turned = Buffer.from(whole);
      turned[at] = (turned[at] ?? 0) ^ 1;
      writeFileSync(file, turned);
      const read = open().read();
      // A bit of the header's padding, or of the order of its keys, changes nothing.
      if (read !== undefined) expect(read).toEqual(state);
    }
    expect(log.length).toBeGreaterThan(0.9 * whole.length);
  });

  it('that holds only weights, or invalid content, is dropped', () => {
    writeSafetensors(file, { tensors: state.tensors, metadata: { format: 'cellsmith-child-1' } });
    expect(open().read()).toBeUndefined();
    open().write({ ...state, epochs: [] });
    expect(open().read()).toBeUndefined();
    expect(log).toHaveLength(2);
  });

  it('that cannot be written is reported once, and training continues without it', () => {
    const nowhere = checkpointFile(
      { file: join(folder, 'nowhere', 'x.safetensors'), everyEpochs: 1 },
      subject,
      (line) => log.push(line),
    );
    nowhere.write(state);
    nowhere.write(state);
    expect(log).toEqual([expect.stringMatching(/could not be written: .*ENOENT.*continues without/)]);
  });

  it('is readable as a safetensors file', () => {
    open().write(state);
    expect(readSafetensors(file).tensors).toEqual(state.tensors);
  });
});
