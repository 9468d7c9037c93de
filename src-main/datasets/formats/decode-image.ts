import type sharp from 'sharp';
import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import type { RgbImage } from './image-source';

/** What the first bytes of an image tell of it. */
interface ImageHeader {
  readonly width: number;
  readonly height: number;
  /** One channel, or one and alpha. */
  readonly grey: boolean;
}

/**
 * Reads size and kind from the header of a PNG or JPEG file; a quarter of the cost of decoding a small image would go into
 * asking the decoder for them.
 * @returns null when it is neither
 */
function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isPng(bytes)) return pngHeader(view);
  if (isJpeg(bytes)) return jpegHeader(view);
  return null;
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function isPng(bytes: Uint8Array): boolean {
  return pngSignature.every((byte, i) => bytes[i] === byte);
}

function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

const unknown: ImageHeader = { width: 0, height: 0, grey: false };

/** Signature, then the chunk IHDR: width, height, bit depth, colour type (0 and 4 are grey). */
function pngHeader(view: DataView): ImageHeader {
  if (view.byteLength < 26) return unknown;
  const colourType = view.getUint8(25);
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    grey: colourType === 0 || colourType === 4,
  };
}

/** Segments of a marker and a length, up to the start of a frame: precision, height, width, number of components. */
function jpegHeader(view: DataView): ImageHeader {
  let at = 2;
  while (at + 10 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return unknown;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // a fill byte
      continue;
    }
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) {
      return {
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        grey: view.getUint8(at + 9) === 1,
      };
    }
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return unknown;
}

type Decoder = typeof sharp;

let loading: Promise<Decoder> | null = null;

/** sharp, loaded on first use: trainers read decoded images and never load it. */
export function loadDecoder(): Promise<Decoder> {
  loading ??= import('sharp').then(({ default: decoder }) => {
    // Images are many and small: what one needs is decoded by one thread, and nothing is worth keeping.
    decoder.cache(false);
    decoder.concurrency(1);
    return decoder;
  });
  return loading;
}

/** Lets work proceed side by side as long as its pixels together stay within a budget; one piece of work may always. */
class PixelBudget {
  readonly #limit: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs `work` when there is room for its pixels. */
  async with<T>(pixels: number, work: () => Promise<T>): Promise<T> {
    while (this.#taken > 0 && this.#taken + pixels > this.#limit) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#taken += pixels;
    try {
      return await work();
    } finally {
      this.#taken -= pixels;
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }
}

/** Maximum bytes of a file, and pixels of an image: larger ones are not decoded, so that none can exhaust the memory. */
export const maximumImageBytes = 128 * 2 ** 20;
const maximumPixels = 100_000_000;

const decoding = new PixelBudget(maximumPixels);

/**
 * Decodes a PNG or JPEG file: upright by its EXIF orientation, colours as sRGB bytes, alpha dropped, grey made three channels.
 * @throws CellsmithError data.damaged, data.empty
 */
export async function decodeImage(bytes: Uint8Array, shown: string): Promise<RgbImage> {
  if (bytes.length === 0) {
    throw new CellsmithError('data.empty', `${shown} is empty. Replace it, or remove it from the data set.`);
  }
  // Of all that the decoder reads, only these two: others (SVG) may refer to files and addresses.
  const header = readImageHeader(bytes);
  if (header === null) {
    throw new CellsmithError(
      'data.damaged',
      `${shown} is neither a PNG nor a JPEG file, regardless of its name. Convert it, or remove it from the data set.`,
    );
  }
  const sharp = await loadDecoder();
  try {
    return await decoding.with(header.width * header.height, async () => {
      const { data, info } = await sharp(bytes, { limitInputPixels: maximumPixels, failOn: 'truncated' })
        .autoOrient()
        .removeAlpha()
        .toColourspace('srgb')
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true });
      return toRgb(data, info.width, info.height, info.channels, header.grey);
    });
  } catch (error) {
    throw new CellsmithError(
      'data.damaged',
      `${shown} cannot be decoded: ${errorMessage(error).split('\n', 1)[0] ?? ''}. Replace it, or remove it from the data set.`,
      { cause: error },
    );
  }
}

/** Resizes to side × side pixels, the whole image stretched. uint8 [side, side, 3]. */
export async function resizeImage(image: RgbImage, side: number): Promise<Uint8Array> {
  const { width, height, pixels } = image;
  if (width === side && height === side) return pixels;
  const raw = { width, height, channels: 3 } as const;
  const sharp = await loadDecoder();
  return sharp(pixels, { raw, limitInputPixels: maximumPixels })
    .resize(side, side, { fit: 'fill', kernel: 'lanczos3' })
    .raw({ depth: 'uchar' })
    .toBuffer();
}

function toRgb(data: Uint8Array, width: number, height: number, channels: number, grey: boolean): RgbImage {
  if (channels === 3) return { width, height, grey, pixels: data };
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) pixels.fill(data[i * channels] ?? 0, 3 * i, 3 * i + 3);
  return { width, height, grey, pixels };
}
