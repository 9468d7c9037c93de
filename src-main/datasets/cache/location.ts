import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where decoded data sets lie unless told otherwise: the user's cache folder of the system. */
export function defaultCacheDirectory(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = homedir();
  const fallback =
    platform === 'win32'
      ? (environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'))
      : platform === 'darwin'
        ? join(home, 'Library', 'Caches')
        : join(home, '.cache');
  return join(environment['XDG_CACHE_HOME'] ?? fallback, 'cellsmith', 'datasets');
}
