import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Files } from '../../testing/data/image-datasets';
import { tarBytes, temporaryFolder, writeFiles, zipBytes } from '../../testing/data/image-datasets';
import type { FileTree } from './file-tree';
import { collect } from './file-tree';
import { locate, openTree } from './open-tree';

const files: Files = {
  'a/one.txt': 'one',
  'a/two.bin': Buffer.alloc(700_000, 'two'),
  'b/empty': '',
  'ähnlich.txt': 'three',
};
const litter: Files = {
  '.DS_Store': 'x',
  '__MACOSX/a/._one.txt': 'x',
  'a/Thumbs.db': 'x',
  'a/._two.bin': 'x',
};

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

async function open(path: string): Promise<FileTree> {
  return openTree(await locate(path));
}

function write(name: string, bytes: Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

async function contents(
  tree: FileTree,
  wanted = tree.files.map((file) => file.path),
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const file of tree.stream(new Set(wanted))) {
    found[file.path] = createHash('sha1')
      .update(await collect(file, 1 << 20, file.path))
      .digest('hex');
  }
  return found;
}

const hashes = Object.fromEntries(
  Object.entries(files).map(([path, bytes]) => [path, createHash('sha1').update(bytes).digest('hex')]),
);

describe.each([
  ['a folder', () => writeFiles(join(folder, 'data'), { ...files, ...litter })],
  ['a tar', () => write('data.tar', tarBytes({ ...files, ...litter }))],
  ['a gzipped tar', () => write('data.tgz', gzipSync(tarBytes({ ...files, ...litter })))],
  ['a tar from before POSIX', () => write('data.tar', tarBytes({ ...files, ...litter }, { old: true }))],
  ['a zip', () => write('data.zip', zipBytes({ ...files, ...litter }))],
  [
    'a zip without compression',
    () => write('data.zip', zipBytes({ ...files, ...litter }, { deflate: false })),
  ],
  ['an archive under a wrong name', () => write('data.png', zipBytes({ ...files, ...litter }))],
])('%s', (_name, make) => {
  it('lists its files sorted, without litter, and gives their bytes', async () => {
    const tree = await open(make());
    expect(tree.files.map(({ path, size }) => [path, size])).toEqual([
      ['a/one.txt', 3],
      ['a/two.bin', 700_000],
      ['b/empty', 0],
      ['ähnlich.txt', 5],
    ]);
    expect(await contents(tree)).toEqual(hashes);
  });

  it('reads only the requested files, and may be stopped midway', async () => {
    const tree = await open(make());
    expect(await contents(tree, ['ähnlich.txt'])).toEqual({ 'ähnlich.txt': hashes['ähnlich.txt'] });
    for await (const file of tree.stream(new Set(['a/two.bin']))) {
      for await (const chunk of file.chunks) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
    }
    expect(await contents(tree)).toEqual(hashes);
  });

  it('refuses a file above the limit, and continues with the next', async () => {
    const tree = await open(make());
    const outcome: Record<string, string> = {};
    for await (const file of tree.read(new Set(['a/one.txt', 'a/two.bin', 'ähnlich.txt']), 1000)) {
      outcome[file.path] = await file.read().then(
        (bytes) => Buffer.from(bytes).toString(),
        (error: unknown) => String(error),
      );
    }
    expect(outcome['a/one.txt']).toBe('one');
    expect(outcome['a/two.bin']).toMatch(/two\.bin.* has 700000 bytes, more than the limit of 1000/);
    expect(outcome['ähnlich.txt']).toBe('three');
  });

  it('stops when it is cancelled', async () => {
    const tree = await open(make());
    const abort = new AbortController();
    abort.abort();
    await expect(tree.stream(new Set(['a/one.txt']), abort.signal).next()).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('an archive that is not to be trusted', () => {
  it.each([
    ['../outside.txt', 'leads out'],
    ['a/../../outside.txt', 'leads out'],
    ['/etc/passwd', 'leads out'],
    ['C:\\windows\\x', 'leads out'],
  ])('is refused for the path %s', async (path, why) => {
    for (const archive of [
      write('x.tar', tarBytes({ [path]: 'x' })),
      write('x.zip', zipBytes({ [path]: 'x' })),
    ]) {
      await expect(open(archive)).rejects.toMatchObject({ code: 'data.damaged' });
      await expect(open(archive)).rejects.toThrow(
        archive.endsWith('.tar') ? why : /leads out|invalid|absolute/,
      );
    }
  });

  it('gives no links', async () => {
    const tar = tarBytes({ passwd: '' }, { type: '2', link: '/etc/passwd', withoutEnd: true });
    const tree = await open(write('x.tar', Buffer.concat([tar, tarBytes({ 'a.txt': 'a' })])));
    expect(tree.files.map((file) => file.path)).toEqual(['a.txt']);
    const zip = await open(write('x.zip', zipBytes({ passwd: '/etc/passwd' }, { mode: 0o120777 })));
    expect(zip.files).toEqual([]);
  });

  it('is refused when it unpacks to a hundred times its size', async () => {
    const zeros = Buffer.alloc(300 * 2 ** 20);
    const tar = write('bomb.tar.gz', gzipSync(tarBytes({ 'zeros.png': zeros }), { level: 1 }));
    await expect(open(tar)).rejects.toThrow(/bomb\.tar\.gz unpacks to more than 100 times its size/);
    const zip = write('bomb.zip', zipBytes({ 'zeros.png': 'x' }, { claimedSize: 0xf0000000 }));
    await expect(open(zip)).rejects.toThrow(/bomb\.zip unpacks to more than 100 times its size/);
  });

  it('is refused when a file unpacks to more than it claims', async () => {
    const zip = await open(
      write('liar.zip', zipBytes({ 'a.png': Buffer.alloc(5000, 'ab') }, { claimedSize: 10 })),
    );
    await expect(contents(zip)).rejects.toMatchObject({ code: 'data.damaged' });
  });

  it('is refused when it is compressed twice', async () => {
    const twice = write('x.tar.gz', gzipSync(gzipSync(tarBytes(files))));
    await expect(open(twice)).rejects.toThrow(/compressed twice/);
  });

  it('is refused when it names a file twice', async () => {
    const once = tarBytes({ 'a.txt': 'a' }, { withoutEnd: true });
    await expect(open(write('x.tar', Buffer.concat([once, tarBytes({ 'a.txt': 'b' })])))).rejects.toThrow(
      /holds a\.txt twice/,
    );
  });
});

describe('a damaged archive is an error that names it', () => {
  const random = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255));
  const packed = gzipSync(tarBytes({ 'a.bin': random, 'b.txt': 'b' }));
  const flipped = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 0xff;
    return copy;
  };
  const unended = tarBytes({ 'a.txt': 'a' }, { withoutEnd: true });
  it.each([
    ['a gzip that is cut off', 'x.tgz', packed.subarray(0, packed.length >> 1), /x\.tgz is cut off/],
    ['a gzip with a wrong check sum', 'x.tgz', flipped(packed, packed.length - 6), /x\.tgz is damaged/],
    ['a gzip of something else', 'x.tgz', gzipSync('hello'), /x\.tgz is damaged/],
    [
      'a tar that is cut off in a file',
      'x.tar',
      tarBytes({ 'a.bin': random }).subarray(0, 100_000),
      /x\.tar is damaged/,
    ],
    ['a tar that is cut off between files', 'x.tar', unended, /x\.tar is damaged: its end is missing/],
    [
      'a tar with a damaged header',
      'x.tar',
      Buffer.concat([unended, flipped(tarBytes({ b: 'b' }), 3)]),
      /checksum/,
    ],
    ['a zip that is cut off', 'x.zip', zipBytes({ 'a.bin': random }).subarray(0, 1000), /x\.zip is damaged/],
    [
      'a zip with damaged contents',
      'x.zip',
      flipped(zipBytes({ 'a.bin': random }), 2000),
      /x\.zip \(at a\.bin\) is damaged/,
    ],
    [
      'an encrypted zip',
      'x.zip',
      zipBytes({ 'a.bin': random }, { flags: 1 }),
      /a\.bin in .*x\.zip is encrypted/,
    ],
  ])('%s', async (_what, name, bytes, message) => {
    const file = write(name, bytes);
    const work = open(file).then(contents);
    await expect(work).rejects.toThrow(message);
    await expect(work).rejects.toMatchObject({
      name: 'CellsmithError',
      code: expect.stringMatching(/^data\./) as string,
    });
  });
});

describe('anything but an archive', () => {
  it.each([
    ['notes.csv', Buffer.from('hello world'), 'data.not-recognised', /notes\.csv is not an archive/],
    ['x.7z', Buffer.from('377abcaf271c', 'hex'), 'data.not-recognised', /7-zip/],
    ['x.tar.xz', Buffer.from('fd377a585a00', 'hex'), 'data.not-recognised', /xz, .*unpack it first/],
    ['x.zip', Buffer.alloc(0), 'data.empty', /x\.zip is empty/],
  ])('%s is said to be none', async (name, bytes, code, message) => {
    const file = write(name, bytes);
    await expect(locate(file)).rejects.toThrow(message);
    await expect(locate(file)).rejects.toMatchObject({ code });
  });

  it('a missing path is reported as not existing', async () => {
    await expect(locate(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'data.not-found' });
  });
});

describe('a folder', () => {
  it('follows links, but not in circles', async () => {
    const data = writeFiles(join(folder, 'data'), { 'a/one.txt': 'one' });
    const elsewhere = writeFiles(join(folder, 'elsewhere'), { 'two.txt': 'two' });
    symlinkSync(elsewhere, join(data, 'b'));
    symlinkSync(data, join(data, 'a', 'circle'));
    const tree = await open(data);
    expect(tree.files.map((file) => file.path)).toEqual(['a/one.txt', 'b/two.txt']);
  });

  it('leaves sockets alone', async () => {
    const data = writeFiles(join(folder, 'data'), { 'a.txt': 'a' });
    const server = createServer().listen(join(data, 'socket.png'));
    await once(server, 'listening');
    expect((await open(data)).files.map((file) => file.path)).toEqual(['a.txt']);
    server.close();
  });

  it('is located by any of the files of a set', async () => {
    const data = writeFiles(join(folder, 'data'), { 'data_batch_1.bin': 'x', 'test_batch.bin': 'y' });
    const { location, container } = await locate(join(data, 'data_batch_1.bin'));
    expect([readFileSync(join(location, 'test_batch.bin'), 'utf8'), container]).toEqual(['y', 'folder']);
  });

  it('without files gives none', async () => {
    const data = join(folder, 'data');
    mkdirSync(data);
    expect((await open(data)).files).toEqual([]);
  });
});
