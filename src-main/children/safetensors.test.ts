import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSafetensors, removePartials, writeSafetensors } from './safetensors';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = {
  tensors: [
    { name: 'layer1/filter', shape: [1, 2, 3], values: Float32Array.of(1, -2, 3.5, 0, 1e-30, -0) },
    { name: 'scalar', shape: [], values: Float32Array.of(7) },
    { name: 'empty', shape: [0], values: new Float32Array(0) },
  ],
  metadata: { epochs: '[{"epoch":0}]', note: 'Größe' },
};

describe('a safetensors file', () => {
  it('reads back what was written, in order, and leaves no partial file', () => {
    const path = join(folder, 'a.safetensors');
    writeSafetensors(path, file);
    expect(readSafetensors(path)).toEqual(file);
    expect(readdirSync(folder)).toEqual(['a.safetensors']);
  });

  it('that cannot be written leaves nothing, and fails with the reason', () => {
    const path = join(folder, 'taken', 'a.safetensors');
    mkdirSync(join(path, 'a folder of its name'), { recursive: true });
    expect(() => writeSafetensors(path, file)).toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
    expect(readdirSync(join(folder, 'taken'))).toEqual(['a.safetensors']);
  });

  it('whose writer was killed leaves a partial file, which is removed without touching others', () => {
    const place = join(folder, 'killed');
    mkdirSync(place);
    const names = ['a.safetensors', 'a.safetensors.71.partial', 'ab.safetensors.71.partial'];
    for (const name of names) writeFileSync(join(place, name), '');
    removePartials(join(place, 'a.safetensors'));
    expect(readdirSync(place)).toEqual(['a.safetensors', 'ab.safetensors.71.partial']);
    removePartials(join(folder, 'nowhere', 'a.safetensors'));
  });

  it('has the layout of the format: length, JSON header padded with spaces, little-endian values', () => {
    const path = join(folder, 'b.safetensors');
    writeSafetensors(path, {
      tensors: [{ name: 'x', shape: [2], values: Float32Array.of(1, 2) }],
      metadata: {},
    });
    const header = '{"__metadata__":{},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    const expected = Buffer.concat([
      Buffer.from([padded.length, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from(padded),
      Buffer.from('0000803f00000040', 'hex'),
    ]);
    expect(readFileSync(path)).toEqual(expected);
  });

  it('writes only the view of a larger array', () => {
    const path = join(folder, 'c.safetensors');
    const values = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    writeSafetensors(path, { tensors: [{ name: 'x', shape: [2], values }], metadata: {} });
    expect(readSafetensors(path).tensors[0]?.values).toEqual(Float32Array.of(1, 2));
  });

  it('is reported as damaged when it is truncated or another file', () => {
    const path = join(folder, 'd.safetensors');
    writeSafetensors(path, file);
    truncateSync(path, readFileSync(path).length - 1);
    expect(() => readSafetensors(path)).toThrow(/damaged/);
    writeFileSync(path, 'no');
    expect(() => readSafetensors(path)).toThrow(/damaged/);
    writeFileSync(path, Buffer.alloc(64, 0xff));
    expect(() => readSafetensors(path)).toThrow(/damaged/);
  });
});
