import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Default folder of decoded data sets: the user's cache folder. */
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
  const chosen = environment['XDG_CACHE_HOME'];
  // the rule of the variable's definition: a relative path counts as none
  const base = chosen !== undefined && isAbsolute(chosen) ? chosen : fallback;
  return join(base, 'cellsmith', 'datasets');
}
