import { CellsmithError } from '../../../src-shared/errors';
import { displayName } from '../trees/file-tree';
import type { FolderView } from './image-source';
import { pathIn } from './image-source';

const limit = 2 ** 20;

/** The bytes of a file that describes the others. @throws CellsmithError data.damaged when it is larger than 1 MiB, data.empty */
export async function readSmallFile(
  view: FolderView,
  name: string,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const path = pathIn(view, name);
  const shown = displayName(view.tree, path);
  for await (const file of view.tree.read(new Set([path]), limit, signal)) {
    const bytes = await file.read();
    if (bytes.length === 0) throw new CellsmithError('data.empty', `${shown} is empty. Download it again.`);
    return bytes;
  }
  throw new CellsmithError(
    'data.changed',
    `${shown} disappeared while it was being read. Open the data set again.`,
  );
}
