import { loadDecoder } from './formats/decode-image';
import { imageReader } from './images/image-reader';
import type { OpenOptions } from './open';
import { placeOf } from './prepare';
import { throwIfCancelled } from './trees/file-errors';

/** A training image, small enough to be shown among others. */
export interface ExampleImage {
  /** Index into the classes. */
  readonly label: number;
  /** A PNG as an address that holds it: 'data:image/png;base64,…'. */
  readonly image: string;
}

/** Pixels of the longer side. */
const side = 48;
/** Examples per class, depending on the number of classes. */
const perClass = { few: 8, many: 3, manyFrom: 21 };
const classesAtMost = 200;

/**
 * Some training images of each class, the first that come. Of a data set without a test split, images of the whole.
 * @throws CellsmithError data.*, cancelled
 */
export async function readExamples(path: string, options: OpenOptions = {}): Promise<ExampleImage[]> {
  const sharp = await loadDecoder();
  const place = placeOf(imageReader, path, options);
  const source = await place.open(await place.locate());
  const classes = Math.min(source.classes.length, classesAtMost);
  const wanted = classes < perClass.manyFrom ? perClass.few : perClass.many;
  const found = new Map<number, string[]>();
  let missing = classes * wanted;
  for await (const record of source.records(options.signal)) {
    throwIfCancelled(options.signal);
    const { split, label } = record;
    const own = found.get(label) ?? [];
    if (split === 'test' || label >= classes || own.length === wanted) continue;
    try {
      const { width, height, pixels } = await record.decode();
      const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
        .resize(side, side, { fit: 'inside', withoutEnlargement: true })
        .png()
        .toBuffer();
      found.set(label, [...own, `data:image/png;base64,${png.toString('base64')}`]);
    } catch {
      // The description lists the unreadable images.
      continue;
    }
    missing -= 1;
    if (missing === 0) break;
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .flatMap(([label, images]) => images.map((image) => ({ label, image })));
}
