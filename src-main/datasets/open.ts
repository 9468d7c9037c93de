import type { DatasetContainer, DatasetForm } from '../../src-shared/dataset/description';
import type { ImageSource } from './formats/image-source';
import { recognise } from './formats/recognise';
import type { OnProgress } from './reading/progress';
import { Progress } from './reading/progress';
import type { Located } from './trees/open-tree';
import { locate, openTree } from './trees/open-tree';

export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** What a folder or an archive was recognised as. No picture has been decoded yet. */
export interface OpenedDataset {
  readonly kind: 'images';
  readonly form: DatasetForm;
  readonly container: DatasetContainer;
  /** Absolute path. */
  readonly location: string;
  readonly classes: readonly string[];
  /** Pictures: exact or an estimate, as the form allows. */
  readonly expected: number;
  readonly source: ImageSource;
}

/**
 * Recognises the data set at a path: a folder, an archive, or one of the files of a set of them.
 * @throws CellsmithError data.not-found, data.not-readable, data.not-recognised, data.empty, data.damaged, cancelled
 */
export async function openDataset(path: string, options: OpenOptions = {}): Promise<OpenedDataset> {
  return openLocated(await locateDataset(path, options), options);
}

/** Finds out what lies at a path by names, sizes and times alone. */
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
  const source = await recognise(tree, options.signal);
  const { form, classes, expected } = source;
  return {
    kind: 'images',
    form,
    container: tree.container,
    location: tree.location,
    classes,
    expected,
    source,
  };
}
