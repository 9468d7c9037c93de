import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import type { RgbImage } from '../formats/image-source';
import { readImageHeader } from './image-header';
import { loadDecoder } from './load-decoder';
import { PixelBudget } from './pixel-budget';

/** Maximum number of pixels: larger files are not decoded, so that none can exhaust the memory. */
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
