import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { Generator } from '../../../src-shared/random';

/** A labelled image, uint8 [height, width, 3]. */
export interface Image {
  readonly label: number;
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A data set, independent of its format. */
export interface Images {
  readonly classes: readonly string[];
  readonly train: readonly Image[];
  readonly test: readonly Image[];
}

/** Files by their paths. */
export type Files = Record<string, Uint8Array | string>;

const cifarNames: readonly string[] = [
  ...['airplane', 'automobile', 'bird', 'cat', 'deer'],
  ...['dog', 'frog', 'horse', 'ship', 'truck'],
];

/** A new folder, removed after the tests of the file. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'test-'));
}

/** Random images, labels going round the classes. */
export function makeImages(options: {
  readonly classes?: readonly string[];
  readonly train?: number;
  readonly test?: number;
  readonly width?: number;
  readonly height?: number;
  readonly seed?: number;
}): Images {
  const { classes = cifarNames, train = 20, test = 10, width = 32, height = 32, seed = 1 } = options;
  const generator = Generator.seeded(seed, 'images');
  const draw = (count: number): Image[] =>
    Array.from({ length: count }, (_, i) => ({
      label: i % classes.length,
      width,
      height,
      pixels: Uint8Array.from({ length: width * height * 3 }, () => generator.integer(256)),
    }));
  return { classes, train: draw(train), test: draw(test) };
}

/** The binary version of CIFAR-10: five training batches and one of tests, of label and planes. */
export function cifarBinaryFiles(images: Images): Files {
  const record = ({ label, pixels }: Image): Buffer => {
    const planes = [0, 1, 2].map((channel) => pixels.filter((_, i) => i % 3 === channel));
    return Buffer.concat([Buffer.from([label]), ...planes]);
  };
  const perBatch = Math.ceil(images.train.length / 5);
  const files: Files = { 'batches.meta.txt': `${images.classes.join('\n')}\n\n` };
  for (let batch = 0; batch < 5; batch++) {
    const part = images.train.slice(batch * perBatch, (batch + 1) * perBatch);
    files[`data_batch_${batch + 1}.bin`] = Buffer.concat(part.map(record));
  }
  files['test_batch.bin'] = Buffer.concat(images.test.map(record));
  return files;
}

/** train/<class>/<n>.png and test/<class>/<n>.png. */
export async function classFolderFiles(images: Images): Promise<Files> {
  const files: Files = {};
  for (const split of ['train', 'test'] as const) {
    for (const [i, image] of images[split].entries()) {
      const name = images.classes[image.label] ?? '';
      files[`${split}/${name}/${String(i).padStart(4, '0')}.png`] = await png(image);
    }
  }
  return files;
}

export async function png(image: Pick<Image, 'width' | 'height' | 'pixels'>): Promise<Buffer> {
  const { width, height, pixels } = image;
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** IDX files of the red channel of the images. */
export function idxFiles(images: Images, gzip = false): Files {
  const files: Files = {};
  for (const [split, prefix] of [
    ['train', 'train'],
    ['test', 't10k'],
  ] as const) {
    const part = images[split];
    const { width = 0, height = 0 } = part[0] ?? {};
    const red = part.map(({ pixels }) => pixels.filter((_, i) => i % 3 === 0));
    const imageFile = Buffer.concat([bigEndian(0x803, part.length, height, width), ...red]);
    const labels = Buffer.concat([
      bigEndian(0x801, part.length),
      Buffer.from(part.map(({ label }) => label)),
    ]);
    files[`${prefix}-images-idx3-ubyte${gzip ? '.gz' : ''}`] = gzip ? gzipSync(imageFile) : imageFile;
    files[`${prefix}-labels-idx1-ubyte${gzip ? '.gz' : ''}`] = gzip ? gzipSync(labels) : labels;
  }
  return files;
}

export function bigEndian(...words: number[]): Buffer {
  const bytes = Buffer.alloc(4 * words.length);
  words.forEach((word, i) => bytes.writeUInt32BE(word >>> 0, 4 * i));
  return bytes;
}

/** Writes files below a folder and returns it. */
export function writeFiles(folder: string, files: Files): string {
  for (const [path, bytes] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  return folder;
}

interface TarOptions {
  /** Type of every entry: '0' is a file, '2' a symbolic link. */
  readonly type?: string;
  readonly link?: string;
  readonly withoutEnd?: boolean;
  /** The format before POSIX, without a magic number. */
  readonly old?: boolean;
}

/** A tar (POSIX ustar), written from its definition so that it is independent of the package that reads it. */
export function tarBytes(files: Files, options: TarOptions = {}): Buffer {
  const parts: Buffer[] = [];
  for (const [path, content] of Object.entries(files)) {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    const octal = (value: number, at: number, length: number): number =>
      header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
    header.write(path, 0, 100, 'utf8');
    octal(0o644, 100, 8);
    octal(0, 108, 8);
    octal(0, 116, 8);
    octal(body.length, 124, 12);
    octal(0, 136, 12);
    header.write(' '.repeat(8), 148, 'latin1');
    header.write(options.type ?? '0', 156, 'latin1');
    header.write(options.link ?? '', 157, 100, 'utf8');
    if (options.old !== true) header.write('ustar\x0000', 257, 'latin1');
    octal(
      header.reduce((sum, byte) => sum + byte, 0),
      148,
      7,
    );
    parts.push(header, body, Buffer.alloc((512 - (body.length % 512)) % 512));
  }
  if (options.withoutEnd !== true) parts.push(Buffer.alloc(1024));
  return Buffer.concat(parts);
}

interface ZipOptions {
  readonly deflate?: boolean;
  /** Unix mode of every entry, type bits included. */
  readonly mode?: number;
  readonly flags?: number;
  /** Overrides the unpacked size of every entry. */
  readonly claimedSize?: number;
}

/** A zip, written from its definition (local headers, directory, end) with optional defects. */
export function zipBytes(files: Files, options: ZipOptions = {}): Buffer {
  const { deflate = true, mode = 0o100644, flags = 0x800 } = options;
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(files)) {
    const body = Buffer.from(content);
    const packed = deflate ? deflateRawSync(body) : body;
    const name = Buffer.from(path, 'utf8');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(deflate ? 8 : 0, 4);
    common.writeUInt32LE(crc32(body), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(options.claimedSize ?? body.length, 18);
    common.writeUInt16LE(name.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), Buffer.from([20, 3]), common, rest, name);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, name, packed);
    offset += 4 + common.length + name.length + packed.length;
  }
  const entries = Object.keys(files).length;
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listing, end]);
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** The same files in a folder of that name. */
export function below(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`${folder}/${path}`, bytes]));
}

export function without(files: Files, name: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([path]) => path !== name));
}

/** Without the last bytes. */
export function cut(bytes: Uint8Array | string | undefined, by: number): Uint8Array {
  const all = Buffer.from(bytes ?? '');
  return all.subarray(0, all.length - by);
}

/** With zeros behind. */
export function more(bytes: Uint8Array | string | undefined, by: number): Uint8Array {
  return Buffer.concat([Buffer.from(bytes ?? ''), Buffer.alloc(by)]);
}

export function changed(bytes: Uint8Array | string | undefined, at: number, value: number): Uint8Array {
  return Uint8Array.from(Buffer.from(bytes ?? '')).with(at, value);
}
