import {
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  copyFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, basename } from 'node:path';
import { include_dir as nodeHeaders, def_paths } from 'node-api-headers';
import { runProcess, findCompiler } from './machine';
import { compilerFailed, throwIfCancelled, windowsCompilerMissing, windowsPythonMissing } from './problems';
import type { EngineRelease } from './wheels';
import { kernelFlags, kernelLibrary, kernelSources, supportsKernels } from '../kernels/kernels';

const nodeRequire = createRequire(import.meta.url);

/** The npm package whose binding is compiled; a packaged application has its files next to the asar archive. */
function packageFolder(): string {
  return unpacked(dirname(nodeRequire.resolve('@tensorflow/tfjs-node-gpu/package.json')));
}

function unpacked(path: string): string {
  return path.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
}

/** The version of the npm package whose binding is compiled. */
export function bindingVersion(): string {
  return (nodeRequire('@tensorflow/tfjs-node-gpu/package.json') as { version: string }).version;
}

/**
 * Compiles tfjs-node's binding against the libraries in `directory`, for Node-API 8: one file for Node 20 to 26 and
 * Electron. It finds the libraries in its own folder.
 *
 * @param directory holds tensorflow/ with libraries and headers, as the wheel lays them out
 * @returns the path of the binding
 * @throws engine.provisioning if there is no compiler, or it fails; cancelled
 */
export async function compileBinding(
  directory: string,
  { libraries }: EngineRelease,
  signal?: AbortSignal,
): Promise<string> {
  const source = packageFolder();
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(source, 'binding', file));
  const includes = [unpacked(nodeHeaders), source, join(directory, 'tensorflow', 'include')];
  if (process.platform === 'win32') return compileOnWindows(directory, sources, includes, signal);

  const output = join(directory, 'tensorflow', 'tfjs_binding.node');
  await compileLibrary(
    [
      '-O2',
      '-DNAPI_VERSION=8',
      ...includes.map((folder) => `-I${folder}`),
      ...sources,
      ...libraries.map((library) => join(directory, library)),
    ],
    output,
    signal,
  );
  return output;
}

/**
 * Compiles a library for Node whose rpath is its own folder, where TensorFlow's are; not on Windows.
 *
 * @param parameters of the compiler: sources and flags
 * @throws engine.provisioning if there is no compiler, or it fails; cancelled
 */
async function compileLibrary(
  parameters: readonly string[],
  output: string,
  signal?: AbortSignal,
): Promise<void> {
  const macos = process.platform === 'darwin';
  const [compiler, ...first] = await findCompiler(signal);
  const compiled = await runProcess(
    compiler,
    [
      ...first,
      '-std=c++17',
      '-fPIC',
      '-shared',
      // The loading program resolves the functions of Node-API.
      ...(macos ? ['-undefined', 'dynamic_lookup'] : []),
      ...parameters,
      `-Wl,-rpath,${macos ? '@loader_path' : '$ORIGIN'}`,
      '-o',
      output,
    ],
    { signal },
  );
  if (compiled?.code !== 0) throw compilerFailed(compiler, compiled?.stderr ?? '');
}

/**
 * Compiles the custom kernels into an engine that lacks them, if this machine supports them (some seconds). The engine works
 * without them, more slowly, so a missing or failing compiler is not an error.
 *
 * @param directory of the installation
 * @throws cancelled
 */
export async function compileKernels(directory: string, signal?: AbortSignal): Promise<void> {
  const output = kernelLibrary(directory);
  if (!supportsKernels() || existsSync(output)) return;
  const scratch = mkdtempSync(join(tmpdir(), 'cellsmith-kernels-'));
  const partial = `${output}.${process.pid}.partial`;
  try {
    for (const [name, text] of Object.entries(kernelSources)) writeFileSync(join(scratch, name), text);
    const sources = Object.keys(kernelSources).filter((name) => name.endsWith('.cc'));
    await compileLibrary(
      [
        ...kernelFlags,
        `-I${join(directory, 'tensorflow', 'include')}`,
        ...sources.map((name) => join(scratch, name)),
        join(directory, 'tensorflow', 'libtensorflow_framework.so.2'),
      ],
      partial,
      signal,
    );
    renameSync(partial, output);
    removeOld(output);
  } catch {
    throwIfCancelled(signal);
  } finally {
    rmSync(partial, { force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Other versions of the kernels that are kept, since other versions of the application may share the engine. */
const keptVersions = 3;

/** Removes the libraries of all but the newest other versions. */
function removeOld(current: string): void {
  const others = readdirSync(dirname(current))
    .filter((name) => /^cellsmith_kernels-[0-9a-f]+\.node$/.test(name) && name !== basename(current))
    .map((name) => join(dirname(current), name))
    .map((path) => ({ path, written: statSync(path).mtimeMs }))
    .sort((a, b) => b.written - a.written);
  for (const { path } of others.slice(keptVersions)) rmSync(path, { force: true });
}

/**
 * Looks up N-API in whatever program has loaded the binding: node.exe, or Electron under its own name.
 * The import library says node.exe; the delay-load helper asks this hook first.
 */
const hostHook = `
#include <windows.h>
#include <delayimp.h>
#include <string.h>
static FARPROC WINAPI Hook(unsigned int event, DelayLoadInfo* info) {
  if (event == dliNotePreLoadLibrary && _stricmp(info->szDll, "node.exe") == 0)
    return (FARPROC)GetModuleHandle(NULL);
  return NULL;
}
decltype(__pfnDliNotifyHook2) __pfnDliNotifyHook2 = Hook;
`;

/**
 * Compiles the binding with Microsoft's compiler against the import library of the wheel. NOT RUN by this project: written
 * from the file list and the symbol table of the wheel (docs/engine.md, "Windows").
 *
 * @param directory the installation being made; TensorFlow's library lies in its tensorflow/python
 */
async function compileOnWindows(
  directory: string,
  sources: readonly string[],
  includes: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const build = join(directory, 'tensorflow', 'python');
  const hook = join(build, 'host_hook.cc');
  writeFileSync(hook, hostHook);
  const importLibraries: string[] = [];
  for (const definition of [def_paths.js_native_api_def, def_paths.node_api_def]) {
    const library = join(build, `${basename(definition, '.def')}.lib`);
    const made = await runProcess(
      'lib',
      ['/nologo', '/machine:x64', '/name:node.exe', `/def:${definition}`, `/out:${library}`],
      { signal },
    );
    if (made?.code !== 0) throw windowsCompilerMissing();
    importLibraries.push(library);
  }
  const output = join(build, 'tfjs_binding.node');
  const compiled = await runProcess(
    'cl',
    [
      '/nologo',
      '/std:c++17',
      '/O2',
      '/MD',
      '/EHsc',
      '/LD',
      '/DNAPI_VERSION=8',
      '/DCOMPILER_MSVC',
      ...includes.map((folder) => `/I${folder}`),
      ...sources,
      hook,
      `/Fe:${output}`,
      '/link',
      ...importLibraries,
      join(build, '_pywrap_tensorflow_common.dll.if.lib'),
      'delayimp.lib',
      '/DELAYLOAD:node.exe',
    ],
    { directory: build, signal },
  );
  if (compiled === undefined) throw windowsCompilerMissing();
  if (compiled.code !== 0) throw compilerFailed('cl', `${compiled.stdout}\n${compiled.stderr}`);
  await bringPython(build, signal);
  return output;
}

/** The wheel's library links to python311.dll, which the loader expects in the same folder. */
async function bringPython(folder: string, signal?: AbortSignal): Promise<void> {
  const python = await runProcess('py', ['-3.11', '-c', 'import sys; print(sys.base_prefix)'], { signal });
  const library = join(python?.stdout.trim() ?? '', 'python311.dll');
  if (python?.code !== 0 || !existsSync(library)) throw windowsPythonMissing();
  copyFileSync(library, join(folder, 'python311.dll'));
}
