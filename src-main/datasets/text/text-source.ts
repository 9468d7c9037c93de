import type { TextForm, TextWarning } from '../../../src-shared/dataset/text-description';
import type { FileTree } from '../trees/file-tree';

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
