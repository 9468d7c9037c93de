import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** The TensorFlow of an installation: for CPUs only, or with CUDA. */
export type EngineVariant = EngineInstallation['variant'];

const installationSchema = z.object({
  /** Absolute path of the folder that holds everything else. */
  directory: z.string(),
  variant: z.enum(['cpu', 'cuda']),
  /** Version of TensorFlow. */
  tensorflow: z.string(),
  /** Version of the npm package whose binding was compiled. */
  binding: z.string(),
  /** Absolute path of the compiled binding. */
  bindingPath: z.string(),
  /** Absolute paths of the folders with further shared libraries (CUDA), for the loader's search path. */
  libraryPaths: z.array(z.string()).readonly(),
});

/** A TensorFlow and its binding, ready to load. */
export type EngineInstallation = Readonly<z.infer<typeof installationSchema>>;

/** The file: the installation, and fingerprints of those that were tested successfully. */
const recordSchema = z.object({ installation: installationSchema, checked: z.array(z.string()) });

/**
 * The folder for what can be downloaded or recomputed.
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

/** The current installation; undefined if there is none, or its files are gone. Checks nothing else: see `provisionEngine`. */
export function currentInstallation(cache = cacheDirectory()): EngineInstallation | undefined {
  const installation = readRecord(cache)?.installation;
  return installation !== undefined && existsSync(installation.bindingPath) ? installation : undefined;
}

/** Whether these very files were tested successfully in this Node or Electron. */
export function isChecked(cache: string, installation: EngineInstallation): boolean {
  return readRecord(cache)?.checked.includes(fingerprint(installation)) === true;
}

/** Makes an installation current and records that it works in this Node or Electron. */
export function recordInstallation(cache: string, installation: EngineInstallation): void {
  const file = installationFile(cache);
  const now = fingerprint(installation);
  const checked = (readRecord(cache)?.checked ?? []).filter((old) => old !== now).slice(-9);
  const content: z.infer<typeof recordSchema> = { installation, checked: [...checked, now] };
  mkdirSync(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, `${JSON.stringify(content, null, 2)}\n`);
  renameSync(partial, file);
}

/** The file's content; undefined if it is missing or damaged (by a crash or a full disk): it is then rewritten. */
function readRecord(cache: string): z.infer<typeof recordSchema> | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(readFileSync(installationFile(cache), 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Identifies what was tested: a change requires another test. */
function fingerprint({ bindingPath }: EngineInstallation): string {
  const folder = dirname(bindingPath);
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return `${name}:${size}:${Math.round(mtimeMs)}`;
    })
    .sort();
  const versions: Readonly<Record<string, string | undefined>> = process.versions;
  return createHash('sha256')
    .update([process.versions.node, versions['electron'] ?? '', bindingPath, ...files].join('\n'))
    .digest('hex');
}
