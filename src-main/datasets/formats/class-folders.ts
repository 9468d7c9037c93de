import { counted } from '../../../src-shared/counted';
import { CellsmithError } from '../../../src-shared/errors';
import type { DatasetWarning } from '../../../src-shared/dataset/description';
import { decodeImage, maximumImageBytes } from '../decoding/decode-image';
import { displayName } from '../trees/file-tree';
import type { Finding, FolderView, ImageSource, SourceRecord, SourceSplit } from './image-source';
import { pathIn } from './image-source';

const pictureName = /\.(png|jpe?g|jpe|jfif)$/i;
const splitNames = {
  train: /^train(ing)?$/i,
  test: /^test(ing)?$/i,
  validation: /^val(id(ation)?)?$/i,
};

interface Picture {
  readonly path: string;
  readonly split: SourceSplit;
  readonly className: string;
}

/**
 * Folders named by classes, of PNG and JPEG files at any depth: below train/ and test/, or all on one level.
 * val/ stands in for test/ where there is none (as in ImageNet), and is left out where there is one.
 */
export function findClassFolders(view: FolderView): Finding | null {
  const named = (pattern: RegExp): string | undefined =>
    [...view.folders.keys()].find((name) => pattern.test(name));
  const train = named(splitNames.train);
  const test = named(splitNames.test);
  const validation = named(splitNames.validation);
  const held = test ?? validation;
  if (train !== undefined && held !== undefined) {
    const trainPictures = picturesBelow(view, train, 'train');
    if (countClasses(trainPictures) < 2) return null;
    const pictures = [...trainPictures, ...picturesBelow(view, held, 'test')];
    const warnings: DatasetWarning[] = [];
    if (test === undefined) {
      warnings.push({
        code: 'unused-split',
        message: `There is no test folder: ${held}/ is taken for the test split.`,
      });
    } else if (validation !== undefined) {
      warnings.push({
        code: 'unused-split',
        message: `${validation}/ is not used: the validation split is drawn from ${train}/.`,
      });
    }
    return { form: 'class-folders', open: () => Promise.resolve(openFolders(view, pictures, warnings)) };
  }
  const pictures: Picture[] = [];
  for (const [className, files] of view.folders) {
    for (const file of files) {
      if (pictureName.test(file.path)) {
        const path = pathIn(view, `${className}/${file.path}`);
        pictures.push({ path, split: 'pool', className: classNameOf(className) });
      }
    }
  }
  if (countClasses(pictures) < 2) return null;
  return { form: 'class-folders', open: () => Promise.resolve(openFolders(view, pictures, [])) };
}

function picturesBelow(view: FolderView, folder: string, split: SourceSplit): Picture[] {
  return (view.folders.get(folder) ?? []).flatMap(({ path }) => {
    const slash = path.indexOf('/');
    if (slash < 0 || !pictureName.test(path)) return [];
    return [{ path: pathIn(view, `${folder}/${path}`), split, className: classNameOf(path.slice(0, slash)) }];
  });
}

/** Systems store accents in two ways; the class is the same. */
function classNameOf(folder: string): string {
  return folder.normalize('NFC');
}

function countClasses(pictures: readonly Picture[]): number {
  return new Set(pictures.map((picture) => picture.className)).size;
}

function openFolders(
  view: FolderView,
  pictures: readonly Picture[],
  warnings: readonly DatasetWarning[],
): ImageSource {
  const { tree } = view;
  const taught = pictures.filter((picture) => picture.split !== 'test').map((picture) => picture.className);
  const classes = [...new Set(taught)].sort(byName);
  const labels = new Map(classes.map((name, label) => [name, label]));
  const byPath = new Map(pictures.map((picture) => [picture.path, picture]));
  for (const { className, path, split } of pictures) {
    if (!labels.has(className)) {
      throw new CellsmithError(
        'data.damaged',
        `${displayName(tree, path)} is of the class "${className}", which has no training pictures (in ${split === 'test' ? 'the test split only' : 'none'}). Add some, or take the class out.`,
      );
    }
  }
  if (!pictures.some((picture) => picture.split !== 'train')) {
    throw new CellsmithError(
      'data.empty',
      `The test folder of ${displayName(tree, view.root)} holds no pictures in class folders. Add some, or take the folder out: a test split is then drawn.`,
    );
  }
  return {
    form: 'class-folders',
    tree,
    classes,
    files: [...byPath.keys()],
    toleratesUnreadable: true,
    expected: pictures.length,
    warnings: [...warnings, ...unusedFiles(view, byPath)],
    async *records(signal): AsyncGenerator<SourceRecord> {
      for await (const file of tree.read(new Set(byPath.keys()), maximumImageBytes, signal)) {
        const picture = byPath.get(file.path);
        const label = picture && labels.get(picture.className);
        if (label === undefined) continue;
        const shown = displayName(tree, file.path);
        yield {
          split: picture?.split ?? 'pool',
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
      message: `${counted(count, 'file is no PNG or JPEG file in a class folder and is', 'files are not PNG or JPEG files in a class folder and are')} left out (${examples.join(', ')}${more}).`,
    },
  ];
}

const validationOnly = /^val(id(ation)?)?\//i;
