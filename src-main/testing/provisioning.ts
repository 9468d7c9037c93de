import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'vite';
import type { EngineInstallation } from '../engine/provision/installation';
import type { ProvisioningProgress } from '../engine/provision/progress';
import type { EngineRelease } from '../engine/provision/wheels';

const root = resolve(import.meta.dirname, '../..');
const file = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';

/** Packs folders and texts into a wheel, uncompressed, with Python's zipfile. */
const packer = `
import json, os, sys, zipfile
folder, target, texts = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
with zipfile.ZipFile(target, 'w', zipfile.ZIP_STORED) as wheel:
    for name, text in texts.items():
        wheel.writestr(name, text)
    for path, _, names in os.walk(os.path.join(folder, 'tensorflow') if folder else ''):
        for name in names:
            if not name.endswith('.node'):
                full = os.path.join(path, name)
                wheel.write(full, os.path.relpath(full, folder))
`;

const metadata = {
  'tensorflow_cpu-2.21.0.dist-info/METADATA':
    'Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.21.0\n',
  'tensorflow_cpu-2.21.0.dist-info/WHEEL':
    'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-manylinux_2_27_x86_64\n',
  'tensorflow_cpu-2.21.0.dist-info/RECORD': '',
};

/** A wheel at `path`, under the name that pip expects, and the release that consists of it. */
export interface PackedRelease {
  readonly path: string;
  readonly release: EngineRelease;
}

/** A wheel of a few hundred bytes with the given files: enough for all steps before compilation. */
export function packSmallRelease(
  folder: string,
  files: Readonly<Record<string, string>> = {},
): PackedRelease {
  return pack('', folder, files);
}

/** The installed TensorFlow, repacked into a wheel: the published one without the parts that an engine does not need. */
export function packInstalledRelease(installation: EngineInstallation, folder: string): PackedRelease {
  return pack(installation.directory, folder, {});
}

function pack(source: string, folder: string, files: Readonly<Record<string, string>>): PackedRelease {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, file);
  const texts = JSON.stringify({ ...metadata, ...files });
  const packed = spawnSync('python3', ['-c', packer, source, path, texts], { encoding: 'utf8' });
  if (packed.status !== 0) throw new Error(packed.stderr);
  const sum = spawnSync('python3', ['-c', hasher, path], { encoding: 'utf8' });
  return {
    path,
    release: {
      variant: 'cpu',
      tensorflow: '2.21.0',
      libraries: ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'],
      diskBytes: 1e6,
      wheels: [
        {
          requirement: 'tensorflow-cpu==2.21.0',
          file,
          bytes: statSync(path).size,
          sha256: sum.stdout.trim(),
        },
      ],
    },
  };
}

const hasher = `
import hashlib, sys
with open(sys.argv[1], 'rb') as file:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
print(digest.hexdigest())
`;

/** A provisioning in a separate process, which a test may kill. */
export interface ProvisioningProcess {
  /** Resolves at the first report that the test waits for. @throws when the process ends before */
  readonly until: (wanted: (progress: ProvisioningProgress) => boolean) => Promise<void>;
  /** Kills it like a power failure. */
  readonly kill: () => Promise<void>;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

const program = `
import { provisionEngine } from ${JSON.stringify(join(root, 'src-main/engine/provision/provision'))};
const options = JSON.parse(process.argv[2] ?? '{}');
await provisionEngine({ ...options, onProgress: (progress) => console.log(JSON.stringify(progress)) });
`;

/** Builds the program that `startProvisioning` runs; once a test file. @returns its path */
export async function buildProvisioningProgram(): Promise<string> {
  const cache = join(root, 'node_modules', '.cache', 'cellsmith');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'provisioning-'));
  const entry = join(folder, 'entry.ts');
  writeFileSync(entry, program);
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    build: { ssr: entry, target: 'node20', outDir: folder, minify: false, emptyOutDir: false },
  });
  return join(folder, 'entry.js');
}

export function startProvisioning(
  path: string,
  options: object,
  node = process.execPath,
): ProvisioningProcess {
  const child = spawn(node, [path, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((settle) => child.once('close', settle));
  const reports: ProvisioningProgress[] = [];
  let look: () => void = () => undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    reports.push(JSON.parse(line) as ProvisioningProgress);
    look();
  });
  return {
    until: (wanted) =>
      new Promise((settle, fail) => {
        look = () => {
          if (reports.some(wanted)) settle();
        };
        look();
        void ended.then(() => {
          fail(new Error('provisioning ended too early'));
        });
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    ended,
  };
}

/** The SHA-256 of a small file, in hexadecimal, to compare with. */
export function smallSha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** A folder with executable scripts, for a PATH. */
export function scriptFolder(folder: string, scripts: Readonly<Record<string, string>>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(scripts))
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return folder;
}

/** The absolute path of the Python behind `python3`, which may be a script that needs other programs. */
export function pythonProgram(): string {
  return spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).stdout.trim();
}

/** The absolute path of a program on the PATH. */
export function which(name: string): string {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
  if (dirname(found) === '.') throw new Error(`${name} is not installed`);
  return found;
}
