import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellsmithError } from '../../../src-shared/errors';
import {
  bigEndian,
  cifarBinaryFiles,
  idxFiles,
  makeImages,
  tarBytes,
  temporaryFolder,
  zipBytes,
} from '../../testing/data/image-datasets';
import { decodeImage } from './decode-image';
import { type FileTree, collect, readInTurn } from '../trees/file-tree';
import { locate, openTree } from '../trees/open-tree';
import { tarTree } from '../trees/tar-tree';
import { PickleError, readPickle } from './pickle';
import { dataReaders, recognise } from '../prepare';
import type { ImageSource } from './image-source';

/** Files in memory as a tree: what is fuzzed here is what reads their bytes. */
function memoryTree(files: Readonly<Record<string, Uint8Array>>): FileTree {
  const listed = Object.entries(files).map(([path, bytes]) => ({ path, size: bytes.length }));
  const stream: FileTree['stream'] = async function* (wanted) {
    for (const { path, size } of listed) {
      const bytes = files[path] ?? new Uint8Array(0);
      const chunks = (async function* () {
        for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
        await Promise.resolve();
      })();
      if (wanted.has(path)) yield { path, size, chunks };
      await Promise.resolve();
    }
  };
  const tree = { container: 'folder', location: '/memory', files: listed, bytes: 0, stream } as const;
  return { ...tree, read: (wanted, limit, signal) => readInTurn(tree, wanted, limit, signal) };
}

async function fixture(name: string): Promise<Record<string, Uint8Array>> {
  const tree = await tarTree(join(import.meta.dirname, '..', 'fixtures', `${name}.tar.gz`), 1);
  const files: Record<string, Uint8Array> = {};
  for await (const file of tree.stream(new Set(tree.files.map(({ path }) => path)))) {
    files[file.path] = await collect(file, 1 << 24, file.path);
  }
  return files;
}

/** Changes some bytes, most of them near the start where the structure is, and may cut the end off. */
const mutation = fc.record({
  changes: fc.array(fc.record({ at: fc.nat(), near: fc.boolean(), to: fc.nat(255) }), {
    minLength: 1,
    maxLength: 6,
  }),
  keep: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 4 }),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Uint8Array, { changes, keep }: Mutation): Uint8Array {
  const changed = Uint8Array.from(
    bytes.subarray(0, keep === null ? bytes.length : Math.floor(keep * bytes.length)),
  );
  for (const { at, near, to } of changes) {
    const range = near ? Math.min(200, changed.length) : changed.length;
    if (range > 0) changed[at % range] = to;
  }
  return changed;
}

/** Goes through all records. Whatever is thrown must be an error made for the user. */
async function survives(files: Readonly<Record<string, Uint8Array>>): Promise<boolean> {
  try {
    const { kind, source: found } = await recognise(memoryTree(files), dataReaders.all());
    if (kind === 'text') return true;
    const source = found as ImageSource;
    for await (const record of source.records()) {
      const image = await record.decode();
      expect(image.pixels).toHaveLength(3 * image.width * image.height);
      expect(record.label).toBeLessThan(source.classes.length);
    }
    return true;
  } catch (error) {
    if (!(error instanceof CellsmithError)) throw error;
    expect(error.code).toMatch(/^data\./);
    expect(error.message).toMatch(/\.$/);
    return false;
  }
}

/** Heap and buffers that a run of mutated inputs may leave, bytes. */
const bounded = 200e6;

async function runsBounded(
  runs: number,
  property: (m: Mutation, pick: number) => Promise<boolean>,
): Promise<void> {
  const before = process.memoryUsage();
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(mutation, fc.nat(), async (m, pick) => {
      accepted += (await property(m, pick)) ? 1 : 0;
    }),
    { numRuns: runs },
  );
  const after = process.memoryUsage();
  expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(bounded);
  // some mutations only change pixels: were all refused, the property would hold of a reader that reads nothing
  expect(accepted).toBeGreaterThan(0);
  expect(accepted).toBeLessThan(runs);
}

describe('bytes that were tampered with give an error for the user, or images', () => {
  it.each([
    'cifar10-python2',
    'cifar10-protocol2',
    'cifar10-protocol4',
    'cifar10-protocol5',
    'cifar100-python',
  ])('the pickles of %s', async (name) => {
    const files = await fixture(name);
    const paths = Object.keys(files);
    await runsBounded(400, (m, pick) => {
      const path = paths[pick % paths.length] ?? '';
      return survives({ ...files, [path]: mutate(files[path] ?? new Uint8Array(0), m) });
    });
  });

  it.each([false, true])('IDX files (gzipped: %s)', async (gzip) => {
    const made = idxFiles(
      makeImages({ classes: ['0', '1', '2'], train: 9, test: 6, width: 5, height: 4 }),
      gzip,
    );
    const files = Object.fromEntries(Object.entries(made).map(([path, bytes]) => [path, Buffer.from(bytes)]));
    const paths = Object.keys(files);
    await runsBounded(1000, (m, pick) => {
      const path = paths[pick % paths.length] ?? '';
      return survives({ ...files, [path]: mutate(files[path] ?? new Uint8Array(0), m) });
    });
  });

  it('the binary version of CIFAR-10', async () => {
    const made = cifarBinaryFiles(makeImages({}));
    const files = Object.fromEntries(Object.entries(made).map(([path, bytes]) => [path, Buffer.from(bytes)]));
    const paths = Object.keys(files);
    await runsBounded(400, (m, pick) => {
      const path = paths[pick % paths.length] ?? '';
      return survives({ ...files, [path]: mutate(files[path] ?? new Uint8Array(0), m) });
    });
  });

  it('PNG and JPEG files', async () => {
    const files = Object.values(await fixture('images'));
    await runsBounded(1000, async (m, pick) => {
      try {
        const image = await decodeImage(mutate(files[pick % files.length] ?? new Uint8Array(0), m), 'x.png');
        expect(image.pixels).toHaveLength(3 * image.width * image.height);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(CellsmithError);
        return false;
      }
    });
  });
});

describe('a pickle', () => {
  const pickled = (...parts: (string | number[])[]): Uint8Array =>
    Buffer.concat(
      parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
    );

  it.each<[string, Uint8Array, RegExp]>([
    [
      'that would run a command',
      pickled('cos\nsystem\n(U\x02lstR.'),
      /asks for "os\.system", which no CIFAR file does/,
    ],
    [
      'that would evaluate',
      pickled([0x80, 4, 0x8c, 8], 'builtins', [0x8c, 4], 'eval', [0x93], '.'),
      /"builtins\.eval"/,
    ],
    ['that asks for an attribute of numpy', pickled('cnumpy\nload\n.'), /"numpy\.load"/],
    ['that calls a class', pickled('cnumpy\nndarray\n)R.'), /calls a class/],
    ['that makes an object of a class', pickled('cnumpy\nndarray\n)', [0x81], '.'), /opcode 0x81/],
    ['with a persistent id', pickled('Pabc\n.'), /opcode 0x50/],
    ['that is a text pickle', pickled('(dp0\n.'), /opcode 0x64/],
    ['that is cut off', pickled([0x80, 2], '}q'), /cut off/],
    ['with a string longer than itself', pickled('T', [0xff, 0xff, 0xff, 0x7f], 'abc.'), /cut off/],
    ['with a string of 2^63 bytes', pickled([0x8e, 0, 0, 0, 0, 0, 0, 0, 0x80], '.'), /cut off/],
    ['that pops below its mark', pickled('N(', [0x85], '.'), /a value is missing/],
    ['of a newer protocol', pickled([0x80, 6], 'N.'), /newer than 5/],
  ])('%s does nothing', (_what, bytes, message) => {
    expect(() => readPickle(bytes)).toThrow(PickleError);
    expect(() => readPickle(bytes)).toThrow(message);
  });

  it('that holds itself is read once', () => {
    const value = readPickle(pickled(']q\x00h\x00a.'));
    expect(Array.isArray(value) && value[0] === value).toBe(true);
  });

  it('cannot take more memory than a small multiple of its length', () => {
    expect(() => readPickle(pickled('}'.repeat(20_000), '.'))).toThrow(/too many lists/);
    expect(() => readPickle(pickled('N'.repeat(3_000_000), '.'))).toThrow(/too many steps/);
    const encode = 'c_codecs\nencode\n(h\x00h\x01tR';
    const worse = pickled(
      'X',
      [0, 0, 1, 0],
      'x'.repeat(65_536),
      'q\x00',
      [0x8c, 6],
      'latin1q\x01](',
      encode.repeat(100),
      'e.',
    );
    expect(() => readPickle(worse)).toThrow(/encodes more than it holds/);
  });
});

describe('the header of an image', () => {
  it('that promises more pixels than memory is refused before they are made', async () => {
    const header = Buffer.concat([
      Buffer.from('IHDR'),
      bigEndian(60_000, 60_000),
      Buffer.from([8, 2, 0, 0, 0]),
    ]);
    const file = Buffer.concat([
      Buffer.from('89504e470d0a1a0a', 'hex'),
      bigEndian(13),
      header,
      bigEndian(0),
      Buffer.alloc(100),
    ]);
    const before = process.memoryUsage().rss;
    await expect(decodeImage(file, 'huge.png')).rejects.toMatchObject({ code: 'data.damaged' });
    expect(process.memoryUsage().rss - before).toBeLessThan(bounded);
  });
});

describe('archives that were tampered with', () => {
  it('give an error for the user, or files', async () => {
    const folder = temporaryFolder();
    const content = { 'a/one.txt': 'one', 'a/two.txt': 'two'.repeat(200), 'b.txt': 'b' };
    const gzipped = readFileSync(join(import.meta.dirname, '..', 'fixtures', 'images.tar.gz'));
    const archives = [tarBytes(content), zipBytes(content), gzipped];
    await runsBounded(600, async (m, pick) => {
      const file = join(folder, 'x');
      writeFileSync(file, mutate(archives[pick % archives.length] ?? gzipped, m));
      try {
        const tree = await openTree(await locate(file));
        for await (const each of tree.stream(new Set(tree.files.map(({ path }) => path)))) {
          await collect(each, 1 << 20, each.path);
        }
        return true;
      } catch (error) {
        if (!(error instanceof CellsmithError)) throw error;
        return false;
      }
    });
  });
});
