import { existsSync } from 'node:fs';
import type { Reply } from '../../src-shared/ipc/contract';
import { listRunFolders } from '../runs/locations';
import { readManifest, type RunManifest } from '../runs/manifest';

/** Data sets of all runs, most recently used first; for a moved one, its old location. */
export function listDatasets(runs: string): Reply<'listDatasets'> {
  const known = new Map<string, Reply<'listDatasets'>[number]>();
  for (const folder of listRunFolders(runs)) {
    const manifest = manifestOf(folder);
    if (manifest === null) continue;
    const { location, description } = manifest.dataset;
    const before = known.get(location);
    const isNewer = before === undefined || manifest.createdAt > before.lastUsed;
    const newest = isNewer ? description : before.description;
    known.set(location, {
      location,
      isThere: existsSync(location),
      description: newest,
      runs: (before?.runs ?? 0) + 1,
      lastUsed: Math.max(before?.lastUsed ?? 0, manifest.createdAt),
    });
  }
  return [...known.values()].sort((a, b) => b.lastUsed - a.lastUsed);
}

/** The list of runs reports a run that cannot be read. */
function manifestOf(folder: string): RunManifest | null {
  try {
    return readManifest(folder);
  } catch {
    return null;
  }
}
