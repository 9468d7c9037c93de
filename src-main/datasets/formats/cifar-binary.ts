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
  unusualBatch,
} from './cifar';
import { fixedRecords, type ImageSource, type SourceRecord } from './image-source';
import type { Finding } from '../open';

interface BinaryForm {
  readonly form: 'cifar10-binary' | 'cifar100-binary';
  readonly batches: readonly CifarBatch[];
  /** Bytes before the pixels; the last of them is the label that counts (CIFAR-100 has the coarse one before it). */
  readonly labelBytes: number;
  readonly namesFile: string;
  readonly publishedNames: readonly string[] | null;
}

const forms: readonly BinaryForm[] = [
  {
    form: 'cifar10-binary',
    batches: cifar10Batches('.bin'),
    labelBytes: 1,
    namesFile: 'batches.meta.txt',
    publishedNames: cifar10Classes,
  },
  {
    form: 'cifar100-binary',
    batches: cifar100Batches('.bin'),
    labelBytes: 2,
    namesFile: 'fine_label_names.txt',
    publishedNames: null,
  },
];

/** The binary versions of CIFAR-10 and CIFAR-100: files of records of a label and three planes of pixels. */
export function findCifarBinary(view: FolderView): Finding<ImageSource> | null {
  for (const form of forms) {
    if (form.batches.some((batch) => view.files.has(batch.name))) {
      return { form: form.form, open: (signal) => openBinary(view, form, signal) };
    }
  }
  return null;
}

async function openBinary(view: FolderView, form: BinaryForm, signal?: AbortSignal): Promise<ImageSource> {
  const { tree } = view;
  requireBatches(displayName(tree, view.root), view.files, form.batches);
  const recordLength = form.labelBytes + cifarPixels;
  let expected = 0;
  const warnings = [];
  for (const batch of form.batches) {
    const size = view.files.get(batch.name) ?? 0;
    const shown = displayName(tree, pathIn(view, batch.name));
    checkLength(shown, size, recordLength);
    expected += size / recordLength;
    warnings.push(...unusualBatch(batch.name, size / recordLength, batch.published));
  }
  const classes = await classNames(view, form, signal);
  const byPath = new Map(form.batches.map((batch) => [pathIn(view, batch.name), batch]));
  return {
    form: form.form,
    tree,
    classes,
    files: [...byPath.keys(), ...(view.files.has(form.namesFile) ? [pathIn(view, form.namesFile)] : [])],
    toleratesUnreadable: false,
    expected,
    warnings,
    async *records(abort): AsyncGenerator<SourceRecord> {
      for await (const file of tree.stream(new Set(byPath.keys()), abort)) {
        const batch = byPath.get(file.path);
        if (!batch) continue;
        const shown = displayName(tree, file.path);
        const cutOff = (bytes: number, records: number): void =>
          checkLength(shown, records * recordLength + bytes, recordLength);
        for await (const { index, bytes } of fixedRecords(file.chunks, recordLength, cutOff)) {
          const label = bytes[form.labelBytes - 1] ?? 0;
          checkLabel(label, classes.length, shown, index, index * recordLength + form.labelBytes - 1);
          const image = interleave(bytes.subarray(form.labelBytes));
          yield {
            split: batch.split,
            label,
            file: file.path,
            record: index,
            decode: () => Promise.resolve(image),
          };
        }
      }
    },
  };
}

function checkLength(shown: string, size: number, recordLength: number): void {
  if (size === 0) {
    throw new CellsmithError('data.empty', `${shown} is empty. Download the data set again.`);
  }
  const rest = size % recordLength;
  if (rest !== 0) {
    throw new CellsmithError(
      'data.damaged',
      `${shown} has ${size} bytes, which is not a whole number of records of ${recordLength}: it is cut off in record ${Math.floor(size / recordLength)} (byte ${size - rest}), or not in this format. Download it again.`,
    );
  }
}

async function classNames(
  view: FolderView,
  form: BinaryForm,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const shown = displayName(view.tree, pathIn(view, form.namesFile));
  if (!view.files.has(form.namesFile)) {
    if (form.publishedNames) return form.publishedNames;
    throw new CellsmithError(
      'data.damaged',
      `${shown} is missing: it names the classes. Download the whole data set.`,
    );
  }
  const text = Buffer.from(await readSmallFile(view, form.namesFile, signal)).toString('utf8');
  const names = text.split(/\r?\n/).map((line) => line.trim());
  return checkClassNames(
    names.filter((name) => name !== ''),
    shown,
  );
}
