import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { include_dir as nodeHeaders } from 'node-api-headers';
import { runProcess } from './machine/run-process';
import { findCompiler } from './machine/tools';
import { compileOnWindows } from './machine/windows';
import { compilerFailed } from './problems';
import type { EngineRelease } from './wheels';

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
export async function compileLibrary(
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
