import { counted } from '../../../src-shared/counted';
import { CellsmithError } from '../../../src-shared/errors';
import { displayName, type FolderView, pathIn, readSmallFile } from '../trees/file-tree';
import {
  type CifarBatch,
  checkClassNames,
  checkLabel,
  cifar100Batches,
  cifar10Batches,
  cifar10Classes,
  cifarPixels,
  interleave,
  requireBatches,
} from './cifar';
import { PickleError, readPickle } from './pickle';
import { isKind, type PickleValue } from './pickle-values';
import { type ImageSource, type SourceRecord } from './image-source';
import type { Finding } from '../open';

interface PythonForm {
  readonly form: 'cifar10-python' | 'cifar100-python';
  readonly batches: readonly CifarBatch[];
  readonly labels: string;
  readonly metaFile: string;
  readonly names: string;
  readonly publishedNames: readonly string[] | null;
  /** Files whose presence identifies the format; 'train' and 'test' alone are too common. */
  readonly tellTales: readonly string[];
}

const forms: readonly PythonForm[] = [
  {
    form: 'cifar10-python',
    batches: cifar10Batches(''),
    labels: 'labels',
    metaFile: 'batches.meta',
    names: 'label_names',
    publishedNames: cifar10Classes,
    tellTales: cifar10Batches('').map((batch) => batch.name),
  },
  {
    form: 'cifar100-python',
    batches: cifar100Batches(''),
    labels: 'fine_labels',
    metaFile: 'meta',
    names: 'fine_label_names',
    publishedNames: null,
    tellTales: ['meta'],
  },
];

/** The largest published file, CIFAR-100's `train`, has 155 MB. */
const maximumPickle = 256 * 2 ** 20;
/** Approximate bytes of an image with its label and file name. */
const bytesPerImage = 3103;

/** The Python versions of CIFAR-10 and CIFAR-100: pickled dictionaries of a numpy array and a list of labels. */
export function findCifarPython(view: FolderView): Finding<ImageSource> | null {
  for (const form of forms) {
    const has = (name: string): boolean => view.files.has(name);
    if (form.tellTales.some(has) && form.batches.some((batch) => has(batch.name))) {
      return { form: form.form, open: (signal) => openPython(view, form, signal) };
    }
  }
  return null;
}

async function openPython(view: FolderView, form: PythonForm, signal?: AbortSignal): Promise<ImageSource> {
  const { tree } = view;
  requireBatches(displayName(tree, view.root), view.files, form.batches);
  const classes = await classNames(view, form, signal);
  const byPath = new Map(form.batches.map((batch) => [pathIn(view, batch.name), batch]));
  const bytes = form.batches.reduce((sum, batch) => sum + (view.files.get(batch.name) ?? 0), 0);
  return {
    form: form.form,
    tree,
    classes,
    files: [...byPath.keys(), ...(view.files.has(form.metaFile) ? [pathIn(view, form.metaFile)] : [])],
    toleratesUnreadable: false,
    expected: Math.round(bytes / bytesPerImage),
    warnings: [],
    async *records(abort): AsyncGenerator<SourceRecord> {
      for await (const file of tree.read(new Set(byPath.keys()), maximumPickle, abort)) {
        const batch = byPath.get(file.path);
        if (!batch) continue;
        const shown = displayName(tree, file.path);
        const { pixels, labels } = batchOf(readDictionary(await file.read(), shown), form.labels, shown);
        for (const [index, label] of labels.entries()) {
          checkLabel(label, classes.length, shown, index);
          const planes = pixels.subarray(index * cifarPixels, (index + 1) * cifarPixels);
          yield {
            split: batch.split,
            label,
            file: file.path,
            record: index,
            decode: () => Promise.resolve(interleave(planes)),
          };
        }
      }
    },
  };
}

function readDictionary(bytes: Uint8Array, shown: string): ReadonlyMap<string, PickleValue> {
  if (bytes.length === 0)
    throw new CellsmithError('data.empty', `${shown} is empty. Download the data set again.`);
  try {
    const value = readPickle(bytes);
    if (value instanceof Map) return value;
    throw new PickleError('it holds no dictionary', 0);
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    throw new CellsmithError(
      'data.damaged',
      `${shown} is not a CIFAR pickle: ${error.message} (byte ${error.offset}). Download the data set again.`,
      { cause: error },
    );
  }
}

/** Pixels, uint8 [count, 3072] in planes, and labels of a batch. */
function batchOf(
  dictionary: ReadonlyMap<string, PickleValue>,
  labelsKey: string,
  shown: string,
): { pixels: Uint8Array; labels: readonly number[] } {
  const wrong = (what: string): CellsmithError =>
    new CellsmithError('data.damaged', `${shown}: ${what}. Download the data set again.`);
  const data = dictionary.get('data');
  if (!isKind(data, 'array') || data.dtype !== 'u1') throw wrong('it has no array of bytes named "data"');
  const [count, length] = data.shape;
  if (data.shape.length !== 2 || count === undefined || length !== cifarPixels) {
    throw wrong(
      `its "data" has the shape [${data.shape.join(', ')}] where [images, ${cifarPixels}] is expected`,
    );
  }
  const labels = integersOf(dictionary.get(labelsKey));
  if (labels === null) throw wrong(`it has no list of integers named "${labelsKey}"`);
  if (labels.length !== count)
    throw wrong(`it has ${counted(count, 'image')} but ${counted(labels.length, 'label')}`);
  if (count === 0)
    throw new CellsmithError('data.empty', `${shown} holds no images. Download the data set again.`);
  return { pixels: data.fortran ? rowMajor(data.bytes, count) : data.bytes, labels };
}

function rowMajor(columns: Uint8Array, count: number): Uint8Array {
  const rows = new Uint8Array(columns.length);
  for (let column = 0, from = 0; column < cifarPixels; column++) {
    for (let row = 0; row < count; row++) rows[row * cifarPixels + column] = columns[from++] ?? 0;
  }
  return rows;
}

/** A list of integers, or a numpy array of them. */
function integersOf(value: PickleValue | undefined): readonly number[] | null {
  if (Array.isArray(value)) {
    return value.every((item) => typeof item === 'number') ? value : null;
  }
  if (!isKind(value, 'array') || value.shape.length !== 1) return null;
  const size = Number(value.dtype.slice(1));
  const view = new DataView(value.bytes.buffer, value.bytes.byteOffset, value.bytes.byteLength);
  return Array.from({ length: value.bytes.length / size }, (_, i) => {
    // labels are below 256, so the low byte is the label, and any other byte that is set makes it out of range
    let label = view.getUint8(i * size);
    for (let byte = 1; byte < size; byte++) label += view.getUint8(i * size + byte) * 256 ** byte;
    return label;
  });
}

async function classNames(
  view: FolderView,
  form: PythonForm,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const shown = displayName(view.tree, pathIn(view, form.metaFile));
  if (!view.files.has(form.metaFile)) {
    if (form.publishedNames) return form.publishedNames;
    throw new CellsmithError(
      'data.damaged',
      `${shown} is missing: it names the classes. Download the whole data set.`,
    );
  }
  const names = readDictionary(await readSmallFile(view, form.metaFile, signal), shown).get(form.names);
  if (!Array.isArray(names)) {
    throw new CellsmithError(
      'data.damaged',
      `${shown} has no list of names "${form.names}". Download it again.`,
    );
  }
  const texts = names.map((name) => (name instanceof Uint8Array ? Buffer.from(name).toString('utf8') : name));
  if (!texts.every((name) => typeof name === 'string')) {
    throw new CellsmithError(
      'data.damaged',
      `${shown}: a class name in "${form.names}" is not a text. Download it again.`,
    );
  }
  return checkClassNames(texts, shown);
}
