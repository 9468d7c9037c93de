import { counted } from '../../../src-shared/counted';
import type { TextForm, TextWarning } from '../../../src-shared/tasks/text/text-description';
import { CellsmithError } from '../../../src-shared/errors';
import { type FileTree, type TreeFile, type FolderView, pathIn } from '../trees/file-tree';
import type { Finding } from '../open';

/** `pool`: the corpus has no splits, so blocks of it are drawn. */
export type SourcePart = 'train' | 'valid' | 'test' | 'pool';

export interface TextFile {
  /** Path in the tree. */
  readonly path: string;
  readonly size: number;
  readonly part: SourcePart;
}

/** A recognised corpus: its name and its files, in reading order. */
export interface TextSource {
  readonly form: TextForm;
  readonly tree: FileTree;
  readonly files: readonly TextFile[];
  readonly warnings: readonly TextWarning[];
}

const splits = ['train', 'valid', 'test'] as const;

/** 'ptb.train.txt', 'wiki.valid.tokens', 'train.txt': the parts before and after the split. */
const splitName = /^(?:(.*)\.)?(train|valid|test)\.(txt|tokens)$/;

/** Files that belong together: of one name but for the split. */
interface SplitFiles {
  readonly prefix: string;
  readonly ending: string;
  readonly names: Map<string, string>;
}

/**
 * A corpus with its splits in a folder: Penn Treebank, WikiText, or any three files that are named like theirs. One
 * file of plain text that happens to be called test.txt is none. Opening it throws
 * 'data.damaged' when a split is missing, 'data.not-recognised' when it is ambiguous which files belong to it.
 */
export function findSplitFiles(view: FolderView): Finding<TextSource> | null {
  const all = groups(view);
  const ptb = all.find(({ prefix, ending }) => prefix === 'ptb' && ending === 'txt');
  const named = ptb ?? all.find(({ ending }) => ending === 'tokens');
  const complete = all.filter(({ names }) => names.size > 1);
  const chosen = named ?? complete[0];
  if (!chosen) return null;
  const form = chosen === ptb ? 'ptb' : chosen.ending === 'tokens' ? 'wikitext' : 'split-files';
  return {
    form,
    open: () => {
      const rivals = all.filter(({ ending }) => ending === 'tokens');
      const ambiguous = form === 'wikitext' ? rivals : form === 'split-files' ? complete : [];
      if (ambiguous.length > 1) {
        const list = ambiguous.map((group) => nameOf(group, 'train')).join(', ');
        throw new CellsmithError(
          'data.not-recognised',
          `${place(view)} holds ${ambiguous.length} corpora: ${list}. Put the one to read into a separate folder.`,
        );
      }
      return openSplits(view, chosen, form);
    },
  };
}

function groups(view: FolderView): SplitFiles[] {
  const found = new Map<string, SplitFiles>();
  for (const name of [...view.files.keys()].sort()) {
    const [, prefix = '', split = '', ending = ''] = splitName.exec(name) ?? [];
    if (split === '') continue;
    const key = `${prefix}\0${ending}`;
    const group = found.get(key) ?? { prefix, ending, names: new Map<string, string>() };
    found.set(key, group);
    // '.train.tokens' and 'train.tokens' are the same to people
    if (!group.names.has(split)) group.names.set(split, name);
  }
  return [...found.values()];
}

function nameOf({ prefix, ending }: SplitFiles, split: string): string {
  return `${prefix === '' ? '' : `${prefix}.`}${split}.${ending}`;
}

function openSplits(view: FolderView, group: SplitFiles, form: TextForm): TextSource {
  const missing = splits.filter((split) => !group.names.has(split)).map((split) => nameOf(group, split));
  if (missing.length > 0) {
    throw new CellsmithError(
      'data.damaged',
      `${place(view)} lacks ${missing.join(' and ')}. Download the whole corpus: it has ${splits.map((split) => nameOf(group, split)).join(', ')}.`,
    );
  }
  const files = splits.map((part): TextFile => {
    const name = group.names.get(part) ?? '';
    return { path: pathIn(view, name), size: view.files.get(name) ?? 0, part };
  });
  return { form, tree: view.tree, files, warnings: [] };
}

function place({ tree, root }: FolderView): string {
  return root === '' ? tree.location : `${root} in ${tree.location}`;
}

/** Files about a text that are not part of it. */
const notes = /(^|\/)(read[-_ ]?me|licen[cs]e|copying|notice|changelog)[^/]*\.txt$/i;

/**
 * Plain text: any number of .txt files that are more than half of the files. Tried last, as many data sets come with a
 * readme.txt.
 */
export function findPlainText(tree: FileTree): Finding<TextSource> | null {
  const texts = tree.files.filter(({ path }) => /\.txt$/i.test(path) || tree.container === 'file');
  if (2 * texts.length <= tree.files.length) return null;
  return { form: 'plain-text', open: () => openPlainText(tree, texts) };
}

function openPlainText(tree: FileTree, texts: readonly TreeFile[]): TextSource {
  const bodies = texts.filter(({ path }) => !notes.test(path));
  const used = bodies.length > 0 ? bodies : texts;
  const unused = tree.files.length - used.length;
  const own = new Set(used.map(({ path }) => path));
  const examples = tree.files.filter(({ path }) => !own.has(path)).slice(0, 5);
  const warnings: TextWarning[] =
    unused === 0
      ? []
      : [
          {
            code: 'unused-files',
            message: `${counted(unused, 'file is', 'files are')} not read: ${examples.map(({ path }) => path).join(', ')}${unused > examples.length ? ', …' : ''}.`,
          },
        ];
  return {
    form: 'plain-text',
    tree,
    files: used.map(({ path, size }) => ({ path, size, part: 'pool' })),
    warnings,
  };
}
