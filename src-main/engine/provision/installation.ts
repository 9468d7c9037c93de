import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Which TensorFlow an installation holds: for processors alone, or with CUDA. */
export type EngineVariant = 'cpu' | 'cuda';

/** A TensorFlow with the binding for it, ready to be loaded. */
export interface EngineInstallation {
  /** Absolute path of the folder that holds everything else. */
  readonly directory: string;
  readonly variant: EngineVariant;
  /** Version of TensorFlow. */
  readonly tensorflow: string;
  /** Version of the npm package whose binding was compiled. */
  readonly binding: string;
  /** Absolute path of the compiled binding. */
  readonly bindingPath: string;
  /** Absolute paths of the folders with further shared libraries (CUDA), for the loader's search path. */
  readonly libraryPaths: readonly string[];
}

/**
 * The folder in which the product keeps what it can fetch or make again.
 * CELLSMITH_CACHE names another one; else Linux XDG_CACHE_HOME or ~/.cache, macOS ~/Library/Caches, Windows LOCALAPPDATA.
 */
export function cacheDirectory(
  environment: Readonly<NodeJS.ProcessEnv> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const given = environment['CELLSMITH_CACHE'];
  if (given !== undefined && given !== '') return given;
  const home = environment['HOME'] ?? homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'cellsmith');
  if (platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'cellsmith', 'Cache');
  const xdg = environment['XDG_CACHE_HOME'];
  return join(xdg?.startsWith('/') === true ? xdg : join(home, '.cache'), 'cellsmith');
}

/** The file that names the installation in use. */
export function installationFile(cache: string): string {
  return join(cache, 'engine', 'installation.json');
}

/** The installation in use, or undefined when there is none, or its files are gone. Checks nothing else: see `provisionEngine`. */
export function currentInstallation(cache = cacheDirectory()): EngineInstallation | undefined {
  const file = installationFile(cache);
  if (!existsSync(file)) return undefined;
  try {
    const installation = JSON.parse(readFileSync(file, 'utf8')) as EngineInstallation;
    return existsSync(installation.bindingPath) ? installation : undefined;
  } catch {
    // A file damaged by a full disk or a crash counts as no installation: provisioning writes it anew.
    return undefined;
  }
}
