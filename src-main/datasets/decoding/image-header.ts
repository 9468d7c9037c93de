/** What the first bytes of an image tell of it. */
export interface ImageHeader {
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
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
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
