import type { DatasetContainer, DatasetForm } from '../../src-shared/dataset/image-description';
import type { TextForm } from '../../src-shared/dataset/text-description';
import type { ImageSource } from './formats/image-source';
import { recognise } from './formats/recognise';
import { type OnProgress, Progress } from './reading/progress';
import type { TextSource } from './text/find-text';
import { locate, type Located, openTree } from './trees/open-tree';

export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Images that a folder or an archive was recognised as. None has been decoded yet. */
export interface OpenedImages {
  readonly kind: 'images';
  readonly form: DatasetForm;
  readonly container: DatasetContainer;
  /** Absolute path. */
  readonly location: string;
  readonly classes: readonly string[];
  /** Images: exact or an estimate, as the form allows. */
  readonly expected: number;
  readonly source: ImageSource;
}

/** A text that a folder, an archive or a file was recognised as. Nothing of it has been read yet. */
export interface OpenedText {
  readonly kind: 'text';
  readonly form: TextForm;
  readonly container: DatasetContainer;
  /** Absolute path. */
  readonly location: string;
  readonly source: TextSource;
}

export type OpenedDataset = OpenedImages | OpenedText;

/**
 * Recognises the data set at a path: a folder, an archive, a text, or one of the files of a set of them.
 * @throws CellsmithError data.not-found, data.not-readable, data.not-recognised, data.empty, data.damaged, cancelled
 */
export async function openDataset(path: string, options: OpenOptions = {}): Promise<OpenedDataset> {
  return openLocated(await locateDataset(path, options), options);
}

/** Identifies what is at a path by names, sizes and times only. */
export async function locateDataset(path: string, options: OpenOptions = {}): Promise<Located> {
  const progress = new Progress('listing', 'files', null, options.onProgress);
  const located = await locate(path, { signal: options.signal, onCount: (files) => progress.set(files) });
  progress.finish();
  return located;
}

export async function openLocated(located: Located, options: OpenOptions = {}): Promise<OpenedDataset> {
  const progress = new Progress('listing', 'files', null, options.onProgress);
  const tree = await openTree(located, { signal: options.signal, onCount: (files) => progress.set(files) });
  progress.finish();
  const recognised = await recognise(tree, options.signal);
  const { container, location } = tree;
  if (recognised.kind === 'text') {
    const { source } = recognised;
    return { kind: 'text', form: source.form, container, location, source };
  }
  const { source } = recognised;
  const { form, classes, expected } = source;
  return {
    kind: 'images',
    form,
    container,
    location,
    classes,
    expected,
    source,
  };
}
