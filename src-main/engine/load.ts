import { createRequire } from 'node:module';
import { delimiter } from 'node:path';
import { existsSync } from 'node:fs';
import type * as tfjs from '@tensorflow/tfjs-node-gpu';
import { CellsmithError } from '../../src-shared/errors';
import {
  type KernelConstants,
  kernelConstantsSchema,
  kernelLibrary,
  supportsKernels,
} from './kernels/kernels';
import { currentInstallation, type EngineInstallation } from './provision/installation';

/** tfjs-node-gpu, running on the provisioned TensorFlow. */
export type Engine = typeof tfjs;

const nodeRequire = createRequire(import.meta.url);
let engine: Engine | undefined;
let kernels: KernelConstants | undefined;

/**
 * Loads tfjs-node-gpu with the binding that provisioning compiled, once per process; takes about a second.
 * A process that needs a thread count or a GPU must have been started with `engineEnvironment`.
 *
 * @throws engine.missing if nothing is provisioned, or it does not load
 */
export function loadEngine(): Engine {
  if (engine !== undefined) return engine;
  const installation = currentInstallation();
  if (installation === undefined)
    throw new CellsmithError(
      'engine.missing',
      'The training engine is not installed yet: run `npm run engine`.',
    );
  for (const [name, value] of Object.entries(librarySettings)) process.env[name] ??= value;
  try {
    engine = requireWithBinding(nodeRequire, installation.bindingPath) as Engine;
  } catch (error) {
    throw new CellsmithError(
      'engine.missing',
      'The training engine does not load: run `npm run engine` to repair it.',
      { cause: error },
    );
  }
  kernels = loadKernels(engine, installation);
  return engine;
}

/** Whether graphs may contain custom ops (their names start with Cellsmith); loads the engine. */
export function hasCustomOps(): boolean {
  loadEngine();
  return kernels !== undefined;
}

/** The constants of the custom kernels; loads the engine. @throws engine.missing if there are none: see {@link hasCustomOps} */
export function kernelConstants(): KernelConstants {
  loadEngine();
  if (kernels === undefined)
    throw new CellsmithError('engine.missing', 'The custom kernels are not available on this machine.');
  return kernels;
}

/** Optional: without the custom kernels TensorFlow's do the work, more slowly. They run on the CPU only. */
function loadKernels(loaded: Engine, { directory }: EngineInstallation): KernelConstants | undefined {
  const file = kernelLibrary(directory);
  const { isUsingGpuDevice } = loaded.backend() as unknown as { readonly isUsingGpuDevice: boolean };
  if (isUsingGpuDevice || !supportsKernels() || !existsSync(file)) return undefined;
  try {
    return kernelConstantsSchema.parse(JSON.parse(nodeRequire(file) as string));
  } catch {
    return undefined;
  }
}

/** Environment variables that TensorFlow reads when it is loaded, in every process. */
const librarySettings = {
  // Off by default on AMD CPUs, and worth a factor of 1.2 to 1.7.
  TF_ENABLE_ONEDNN_OPTS: '1',
  // 1 hides information, 2 also warnings: errors come back from the calls.
  TF_CPP_MIN_LOG_LEVEL: '2',
  // Several children share a GPU: none takes all of its memory at once.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
} as const;

/** Resources that a child process with the engine may use. */
export interface EngineLimits {
  /** Intra-op threads; one per core when absent. */
  readonly threads?: number;
  /** The GPUs that the process sees, by number; [] for none; all when absent. */
  readonly gpus?: readonly number[];
  /** Memory limit on each GPU in megabytes; unlimited when absent. */
  readonly gpuMemory?: number;
}

/**
 * The environment variables that a child process needs for the engine, to merge into its environment. They must be set when it
 * starts: the loader and TensorFlow read them once.
 */
export function engineEnvironment(
  { threads, gpus, gpuMemory }: EngineLimits = {},
  installation: EngineInstallation | undefined = currentInstallation(),
): Record<string, string> {
  const environment: Record<string, string> = { ...librarySettings };
  if (threads !== undefined) {
    environment['TF_NUM_INTRAOP_THREADS'] = String(threads);
    environment['OMP_NUM_THREADS'] = String(threads);
    // On a CPU ops run one after the other, each on all threads: concurrent ops would oversubscribe the cores.
    environment['TF_NUM_INTEROP_THREADS'] = String(installation?.variant === 'cuda' ? threads : 1);
  }
  if (gpus !== undefined) environment['CUDA_VISIBLE_DEVICES'] = gpus.length === 0 ? '-1' : gpus.join(',');
  // Read by TensorFlow's stream executor. The binding creates sessions without options, which could set a memory fraction.
  if (gpuMemory !== undefined) environment['TF_PER_DEVICE_MEMORY_LIMIT_MB'] = String(gpuMemory);
  if (installation !== undefined && installation.libraryPaths.length > 0) {
    const inherited = process.env['LD_LIBRARY_PATH'];
    environment['LD_LIBRARY_PATH'] = [...installation.libraryPaths, ...(inherited ? [inherited] : [])].join(
      delimiter,
    );
  }
  return environment;
}

/**
 * Requires tfjs-node-gpu with a binding from anywhere. It asks node-pre-gyp for the path of its binding, which knows only a
 * place inside node_modules. During the require the answer is the given file, so that nothing is written there.
 *
 * Self-contained: its source text also runs in the child process that checks an installation.
 *
 * @param require resolves packages from the application's folder
 */
export function requireWithBinding(require: NodeJS.Require, bindingPath: string): unknown {
  // tfjs-node calls functions that Node 23 removed from `util`, and Node 22 warns about.
  const util = require('util') as Record<string, unknown>;
  util['isNullOrUndefined'] = (value: unknown) => value === null || value === undefined;
  util['isArray'] = Array.isArray;

  const entry = require.resolve('@tensorflow/tfjs-node-gpu');
  // A dependency of tfjs-node-gpu, not of this package.
  const asked = '@mapbox/node-pre-gyp';
  const locator = require.resolve(asked, { paths: [entry] });
  const cached = require.cache[locator];
  require.cache[locator] = {
    exports: { find: () => bindingPath },
    loaded: true,
    id: locator,
  } as NodeJS.Module;
  try {
    return require(entry);
  } finally {
    if (cached === undefined) Reflect.deleteProperty(require.cache, locator);
    else require.cache[locator] = cached;
  }
}
