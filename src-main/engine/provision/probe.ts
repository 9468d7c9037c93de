import { requireWithBinding } from '../binding';
import { engineEnvironment } from '../load';
import type { Engine, EngineLimits } from '../load';
import type { EngineInstallation } from './installation';
import { runProcess } from './machine/run-process';

/** The report of a child process that has loaded the engine. */
export interface ProbeResult {
  /** [[1, 2], [3, 4]] · [[5, 6], [7, 8]], row by row. */
  readonly product: readonly number[];
  readonly tfjs: string;
  readonly tensorflow: string;
  readonly gpu: boolean;
  /** Seconds that each multiplication of two matrices of `side` rows and columns took. */
  readonly seconds: readonly number[];
  readonly oneDnn: boolean;
}

/** Runs in a child process, from its source text: it may use its parameters and Node only. */
function probe(engine: Engine, side: number, rounds: number): Omit<ProbeResult, 'oneDnn'> {
  const product = engine.matMul(engine.tensor2d([1, 2, 3, 4], [2, 2]), engine.tensor2d([5, 6, 7, 8], [2, 2]));
  const seconds: number[] = [];
  if (rounds > 0) {
    const a = engine.randomUniform([side, side]);
    const b = engine.randomUniform([side, side]);
    // Two to warm up. Reading a value waits for a GPU.
    for (let round = -2; round < rounds; round++) {
      const started = performance.now();
      const c = engine.matMul(a, b);
      c.slice([0, 0], [1, 1]).dataSync();
      if (round >= 0) seconds.push((performance.now() - started) / 1000);
      c.dispose();
    }
  }
  const backend = engine.backend() as unknown as {
    binding: { TF_Version: string };
    isUsingGpuDevice: boolean;
  };
  return {
    product: Array.from(product.dataSync()),
    tfjs: engine.version['tfjs-core'],
    tensorflow: backend.binding.TF_Version,
    gpu: backend.isUsingGpuDevice,
    seconds,
  };
}

const marker = 'cellsmith-probe:';

/**
 * Loads an installation in a child process, which may crash without harm, and multiplies matrices.
 *
 * @param options.rounds how many large multiplications to time; none by default
 * @returns its report, or why there is none
 */
export async function probeInstallation(
  installation: EngineInstallation,
  options: EngineLimits & {
    readonly side?: number;
    readonly rounds?: number;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<ProbeResult | { readonly failure: string }> {
  const { side = 2048, rounds = 0, signal } = options;
  const script = `
 const installed = require('module').createRequire(${JSON.stringify(import.meta.url)});
    const engine = (${requireWithBinding.toString()})(installed, ${JSON.stringify(installation.bindingPath)});
    const result = (${probe.toString()})(engine, ${side}, ${rounds});
    console.log(${JSON.stringify(marker)} + JSON.stringify(result));`;
  const ended = await runProcess(process.execPath, ['--input-type=commonjs', '-e', script], {
    environment: {
      ...process.env,
      ...engineEnvironment(options, installation),
      // In Electron, execPath is Electron; a debugger or loader of this process is not meant for the child.
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '',
    },
    signal,
  });
  const line = ended?.stdout.split('\n').find((text) => text.startsWith(marker));
  if (ended?.code !== 0 || line === undefined) return { failure: lastError(ended?.stderr ?? '') };
  const result = JSON.parse(line.slice(marker.length)) as Omit<ProbeResult, 'oneDnn'>;
  if (result.product.join() !== '19,22,43,50')
    return { failure: `2 × 2 matrices multiply to ${result.product.join()}` };
  return { ...result, oneDnn: ended.stderr.includes('oneDNN custom operations are on') };
}

/** The most informative line of a failed process's output. */
function lastError(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return (
    lines.find((line) => /error:/i.test(line))?.trim() ??
    lines.at(-1)?.trim() ??
    'the process ended without output'
  );
}
