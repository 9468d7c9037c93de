import { extname } from 'node:path';
import { CellsmithError } from '../../../src-shared/errors';
import type { Request } from '../../../src-shared/ipc/contract';

type Kind = Request<'saveFile'>['kind'];

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Contents of the file. @throws CellsmithError 'internal' for an invalid PNG */
export function bytesOf(kind: Kind, content: string): string | Uint8Array {
  if (kind !== 'png') return content;
  const bytes = Buffer.from(content, 'base64');
  if (bytes.subarray(0, pngSignature.length).equals(pngSignature)) return bytes;
  throw new CellsmithError('internal', 'The image could not be rendered; save it as SVG.');
}

/** A name without a folder that every system takes: run names may hold any character. */
export function suggestedName(name: string, kind: Kind): string {
  const plain = name
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f<>:"/\\|?*]+/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[ .]+|[ .]+$/g, '')
    .slice(0, 120);
  return `${plain === '' ? 'Cellsmith' : plain}.${kind}`;
}

/** The path with the ending of its kind; not every system's dialog adds it. */
export function withEnding(path: string, kind: Kind): string {
  return extname(path).toLowerCase() === `.${kind}` ? path : `${path}.${kind}`;
}
