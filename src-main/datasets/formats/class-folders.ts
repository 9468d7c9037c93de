import { counted } from '../../../src-shared/counted';
import { CellsmithError } from '../../../src-shared/errors';
import type { DatasetWarning } from '../../../src-shared/tasks/images/image-description';
import { decodeImage, maximumImageBytes } from './decode-image';
import { displayName, type FolderView, pathIn } from '../trees/file-tree';
import { type ImageSource, type SourceRecord, type SourceSplit } from './image-source';
import type { Finding } from '../open';

const imageName = /\.(png|jpe?g|jpe|jfif)$/i;
const splitNames = {
  train: /^train(ing)?$/i,
  test: /^test(ing)?$/i,
  validation: /^val(id(ation)?)?$/i,
};

interface Image {
  readonly path: string;
  readonly split: SourceSplit;
  readonly className: string;
}

/**
 * Folders named by classes, of PNG and JPEG files at any depth: below train/ and test/, or all on one level.
 * val/ replaces a missing test/ (as in ImageNet), and is ignored otherwise.
 */
export function findClassFolders(view: FolderView): Finding<ImageSource> | null {
  const named = (pattern: RegExp): string | undefined =>
    [...view.folders.keys()].find((name) => pattern.test(name));
  const train = named(splitNames.train);
  const test = named(splitNames.test);
  const validation = named(splitNames.validation);
  const held = test ?? validation;
  if (train !== undefined && held !== undefined) {
    const trainImages = imagesBelow(view, train, 'train');
    if (countClasses(trainImages) < 2) return null;
    const images = [...trainImages, ...imagesBelow(view, held, 'test')];
    const warnings: DatasetWarning[] = [];
    if (test === undefined) {
      warnings.push({
        code: 'unused-split',
        message: `There is no test folder: ${held}/ is used as the test split.`,
      });
    } else if (validation !== undefined) {
      warnings.push({
        code: 'unused-split',
        message: `${validation}/ is not used: the validation split is drawn from ${train}/.`,
      });
    }
    return { form: 'class-folders', open: () => Promise.resolve(openFolders(view, images, warnings)) };
  }
  const images: Image[] = [];
  for (const [className, files] of view.folders) {
    for (const file of files) {
      if (imageName.test(file.path)) {
        const path = pathIn(view, `${className}/${file.path}`);
        images.push({ path, split: 'pool', className: classNameOf(className) });
      }
    }
  }
  if (countClasses(images) < 2) return null;
  return { form: 'class-folders', open: () => Promise.resolve(openFolders(view, images, [])) };
}

function imagesBelow(view: FolderView, folder: string, split: SourceSplit): Image[] {
  return (view.folders.get(folder) ?? []).flatMap(({ path }) => {
    const slash = path.indexOf('/');
    if (slash < 0 || !imageName.test(path)) return [];
    return [{ path: pathIn(view, `${folder}/${path}`), split, className: classNameOf(path.slice(0, slash)) }];
  });
}

/** Systems store accents in two ways; the class is the same. */
function classNameOf(folder: string): string {
  return folder.normalize('NFC');
}

function countClasses(images: readonly Image[]): number {
  return new Set(images.map((image) => image.className)).size;
}

function openFolders(
  view: FolderView,
  images: readonly Image[],
  warnings: readonly DatasetWarning[],
): ImageSource {
  const { tree } = view;
  const taught = images.filter((image) => image.split !== 'test').map((image) => image.className);
  const classes = [...new Set(taught)].sort(byName);
  const labels = new Map(classes.map((name, label) => [name, label]));
  const byPath = new Map(images.map((image) => [image.path, image]));
  for (const { className, path, split } of images) {
    if (!labels.has(className)) {
      throw new CellsmithError(
        'data.damaged',
        `${displayName(tree, path)} belongs to the class "${className}", which has no training images (in ${split === 'test' ? 'the test split only' : 'none'}). Add some, or remove the class.`,
      );
    }
  }
  if (!images.some((image) => image.split !== 'train')) {
    throw new CellsmithError(
      'data.empty',
      `The test folder of ${displayName(tree, view.root)} holds no images in class folders. Add some, or remove the folder to have a test split drawn.`,
    );
  }
  return {
    form: 'class-folders',
    tree,
    classes,
    files: [...byPath.keys()],
    toleratesUnreadable: true,
    expected: images.length,
    warnings: [...warnings, ...unusedFiles(view, byPath)],
    async *records(signal): AsyncGenerator<SourceRecord> {
      for await (const file of tree.read(new Set(byPath.keys()), maximumImageBytes, signal)) {
        const image = byPath.get(file.path);
        const label = image && labels.get(image.className);
        if (label === undefined) continue;
        const shown = displayName(tree, file.path);
        yield {
          split: image?.split ?? 'pool',
          label,
          file: file.path,
          record: null,
          decode: async () => decodeImage(await file.read(), shown),
        };
      }
    },
  };
}

/** Numbered classes by their numbers, others by their characters: the same order on every machine. */
function byName(a: string, b: string): number {
  const numbers = /^\d{1,9}$/;
  if (numbers.test(a) && numbers.test(b) && Number(a) !== Number(b)) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function unusedFiles(view: FolderView, used: ReadonlyMap<string, unknown>): DatasetWarning[] {
  const prefix = view.root === '' ? '' : `${view.root}/`;
  let count = 0;
  const examples: string[] = [];
  for (const { path } of view.tree.files) {
    if (used.has(path) || !path.startsWith(prefix)) continue;
    if (validationOnly.test(path.slice(prefix.length))) continue;
    count += 1;
    if (examples.length < 3) examples.push(path);
  }
  if (count === 0) return [];
  const more = count > examples.length ? ', …' : '';
  return [
    {
      code: 'unused-files',
      message: `${counted(count, 'file is not a PNG or JPEG file in a class folder and is', 'files are not PNG or JPEG files in a class folder and are')} skipped (${examples.join(', ')}${more}).`,
    },
  ];
}

const validationOnly = /^val(id(ation)?)?\//i;
