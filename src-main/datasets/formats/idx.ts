import { counted } from '../../../src-shared/counted';
import { CellsmithError } from '../../../src-shared/errors';
import { displayName, type FolderView, pathIn } from '../trees/file-tree';
import { gunzipChunks } from '../trees/inflate';
import { fixedRecords, type ImageSource, type SourceRecord, type SourceSplit } from './image-source';
import type { Finding } from '../open';

/** Names under which MNIST, Fashion-MNIST, KMNIST, EMNIST and their like are published. */
const namePattern = /^(.*?)(train|t10k|test)-(images|labels)[-.]idx([13])-ubyte(\.gz)?$/;
const maximumSide = 4096;
const maximumRecords = 100_000_000;

interface IdxFile {
  readonly name: string;
  readonly prefix: string;
  readonly split: 'train' | 'test';
  readonly content: 'images' | 'labels';
}

/** IDX files (LeCun): big-endian sizes, then bytes; a file of images and a file of labels for each split. */
export function findIdx(view: FolderView): Finding<ImageSource> | null {
  const files: IdxFile[] = [];
  for (const name of view.files.keys()) {
    const match = namePattern.exec(name);
    if (!match || (match[5] !== undefined && view.files.has(name.slice(0, -3)))) continue;
    files.push({
      name,
      prefix: match[1] ?? '',
      split: match[2] === 'train' ? 'train' : 'test',
      content: match[3] === 'images' ? 'images' : 'labels',
    });
  }
  return files.length === 0 ? null : { form: 'idx', open: (signal) => openIdx(view, files, signal) };
}

async function openIdx(
  view: FolderView,
  files: readonly IdxFile[],
  signal?: AbortSignal,
): Promise<ImageSource> {
  const { tree } = view;
  const folder = displayName(tree, view.root);
  const prefixes = [...new Set(files.map((file) => file.prefix))];
  if (prefixes.length > 1) {
    throw new CellsmithError(
      'data.not-recognised',
      `${folder} holds the IDX files of ${prefixes.length} data sets (${prefixes.map((p) => p || 'no prefix').join(', ')}). Move each data set into a separate folder.`,
    );
  }
  const pick = (split: IdxFile['split'], content: IdxFile['content']): IdxFile | undefined =>
    files.find((file) => file.split === split && file.content === content);
  const pairs = (['train', 'test'] as const).flatMap((split) => {
    const images = pick(split, 'images');
    const labels = pick(split, 'labels');
    if (images && labels) return [{ split, images, labels }];
    if (!images && !labels && split === 'test') return [];
    throw new CellsmithError(
      'data.damaged',
      `${folder} lacks the ${images ? 'labels' : labels ? 'images' : 'images and labels'} of the ${split} split (${split === 'train' ? 'train' : 't10k'}-${images ? 'labels-idx1' : 'images-idx3'}-ubyte). Download the whole data set.`,
    );
  });
  const splitOf = (split: 'train' | 'test'): SourceSplit => (pairs.length === 1 ? 'pool' : split);

  const labels = new Map<string, Uint8Array>();
  const labelPaths = new Map(pairs.map((pair) => [pathIn(view, pair.labels.name), pair]));
  for await (const file of tree.stream(new Set(labelPaths.keys()), signal)) {
    const shown = displayName(tree, file.path);
    const pair = labelPaths.get(file.path);
    if (pair) labels.set(pair.split, await readLabels(unpacked(file.chunks, file.path, shown), shown));
  }
  let largest = 0;
  let expected = 0;
  for (const values of labels.values()) {
    for (const label of values) largest = Math.max(largest, label);
    expected += values.length;
  }
  if (largest === 0) {
    throw new CellsmithError(
      'data.not-recognised',
      `${folder} has images of one class only. At least two are needed.`,
    );
  }

  const imagePaths = new Map(pairs.map((pair) => [pathIn(view, pair.images.name), pair]));
  return {
    form: 'idx',
    tree,
    classes: Array.from({ length: largest + 1 }, (_, label) => String(label)),
    files: [...imagePaths.keys(), ...labelPaths.keys()],
    toleratesUnreadable: false,
    expected,
    warnings: [],
    async *records(abort): AsyncGenerator<SourceRecord> {
      for await (const file of tree.stream(new Set(imagePaths.keys()), abort)) {
        const pair = imagePaths.get(file.path);
        const own = pair && labels.get(pair.split);
        if (!pair || !own) continue;
        const shown = displayName(tree, file.path);
        const split = splitOf(pair.split);
        for await (const image of readImages(unpacked(file.chunks, file.path, shown), shown, own.length)) {
          const label = own[image.index] ?? 0;
          const decoded = greyImage(image.width, image.height, image.bytes);
          yield {
            split,
            label,
            file: file.path,
            record: image.index,
            decode: () => Promise.resolve(decoded),
          };
        }
      }
    },
  };
}

function unpacked(chunks: AsyncIterable<Uint8Array>, path: string, shown: string): AsyncIterable<Uint8Array> {
  return path.endsWith('.gz') ? gunzipChunks(chunks, shown) : chunks;
}

/** Takes the header off a stream: [magic, ...sizes] as 32-bit integers, and the rest. */
async function takeHeader(
  chunks: AsyncIterable<Uint8Array>,
  words: number,
  shown: string,
): Promise<{ header: readonly number[]; rest: AsyncGenerator<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 4 * words) {
    const next = await iterator.next();
    if (next.done) {
      if (head.length === 0) throw new CellsmithError('data.empty', `${shown} is empty. Download it again.`);
      throw new CellsmithError(
        'data.damaged',
        `${shown} is cut off in its header (byte ${head.length}). Download it again.`,
      );
    }
    head = Buffer.concat([head, next.value]);
  }
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    yield head.subarray(4 * words);
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  };
  return { header: Array.from({ length: words }, (_, i) => head.readUInt32BE(4 * i)), rest: rest() };
}

/** unsigned bytes (0x08) of the given rank */
const magic = (dimensions: number): number => 0x0800 + dimensions;

function checkMagic(found: number | undefined, dimensions: number, shown: string): void {
  if (found === magic(dimensions)) return;
  throw new CellsmithError(
    'data.damaged',
    `${shown} begins with ${(found ?? 0).toString(16).padStart(8, '0')} where an IDX file of ${dimensions === 1 ? 'labels' : 'images'} begins with ${magic(dimensions).toString(16).padStart(8, '0')}. Download it again.`,
  );
}

async function readLabels(chunks: AsyncIterable<Uint8Array>, shown: string): Promise<Uint8Array> {
  const { header, rest } = await takeHeader(chunks, 2, shown);
  const [found, count = 0] = header;
  checkMagic(found, 1, shown);
  if (count === 0) throw new CellsmithError('data.empty', `${shown} holds no labels. Download it again.`);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of rest) {
    length += chunk.length;
    if (length > count || length > maximumRecords) throw lengthError(shown, count, length, 'labels');
    parts.push(Uint8Array.from(chunk));
  }
  if (length < count) throw lengthError(shown, count, length, 'labels');
  return Buffer.concat(parts, length);
}

interface IdxImage {
  readonly index: number;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

async function* readImages(
  chunks: AsyncIterable<Uint8Array>,
  shown: string,
  labels: number,
): AsyncGenerator<IdxImage> {
  const { header, rest } = await takeHeader(chunks, 4, shown);
  const [found, count = 0, height = 0, width = 0] = header;
  checkMagic(found, 3, shown);
  if (height < 1 || width < 1 || height > maximumSide || width > maximumSide) {
    throw new CellsmithError(
      'data.damaged',
      `${shown} says that its images have ${width}×${height} pixels; each side must be 1 to ${maximumSide}. Download it again.`,
    );
  }
  if (count !== labels) {
    throw new CellsmithError(
      'data.damaged',
      `${shown} has ${counted(count, 'image')}, but its label file has ${labels}. They do not match; download both again.`,
    );
  }
  let index = 0;
  const cutOff = (_bytes: number, records: number): never => {
    throw lengthError(shown, count, records, 'images');
  };
  for await (const record of fixedRecords(rest, width * height, cutOff)) {
    if (record.index >= count) throw lengthError(shown, count, record.index + 1, 'images');
    index = record.index + 1;
    yield { index: record.index, width, height, bytes: record.bytes };
  }
  if (index < count) throw lengthError(shown, count, index, 'images');
}

function lengthError(shown: string, promised: number, found: number, what: string): CellsmithError {
  const state = found < promised ? `is cut off: it has ${found}` : `has at least ${found}`;
  return new CellsmithError(
    'data.damaged',
    `${shown} ${state} of the ${promised} ${what} that its header promises. Download it again.`,
  );
}

function greyImage(width: number, height: number, grey: Uint8Array) {
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0, to = 0; i < grey.length; i++) {
    const value = grey[i] ?? 0;
    pixels[to++] = value;
    pixels[to++] = value;
    pixels[to++] = value;
  }
  return { width, height, grey: true, pixels };
}
