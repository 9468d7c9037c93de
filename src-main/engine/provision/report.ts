import { availableParallelism, cpus } from 'node:os';
import { cpuFeatures } from '../kernels/kernels';
import { type EngineLimits, requireWithBinding, engineEnvironment, type Engine } from '../load';
import type { EngineInstallation, EngineVariant } from './installation';
import { runProcess } from './machine';
import { doesNotLoad } from './problems';

/** The engine on this machine, and its speed. */
interface EngineReport {
  readonly versions: {
    readonly tensorflow: string;
    readonly tfjs: string;
    /** Of tfjs-node-gpu, whose binding was compiled. */
    readonly binding: string;
    readonly node: string;
    readonly electron?: string;
  };
  readonly variant: EngineVariant;
  readonly directory: string;
  /** Names of the GPUs in use; empty if it runs on the CPU. */
  readonly gpus: readonly string[];
  readonly cpu: {
    readonly model: string;
    readonly cores: number;
    readonly features: readonly string[];
  };
  /** Whether TensorFlow uses oneDNN's kernels. */
  readonly oneDnn: boolean;
  /** Intra-op threads. */
  readonly threads: number;
  /** The median of `rounds` multiplications of two float32 matrices of `side` rows and columns. */
  readonly matmul: { readonly side: number; readonly rounds: number; readonly gflops: number };
}

const side = 2048;
const rounds = 7;

/**
 * Measures an installation in a child process; takes some seconds.
 * @throws engine.provisioning if it does not load; cancelled
 */
export async function engineReport(
  installation: EngineInstallation,
  options: EngineLimits & { readonly signal?: AbortSignal } = {},
): Promise<EngineReport> {
  const probed = await probeInstallation(installation, { ...options, side, rounds });
  if ('failure' in probed) throw doesNotLoad(probed.failure);
  const sorted = probed.seconds.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(rounds / 2)] ?? NaN;
  const { electron } = process.versions as Partial<NodeJS.ProcessVersions>;
  return {
    versions: {
      tensorflow: probed.tensorflow,
      tfjs: probed.tfjs,
      binding: installation.binding,
      node: process.versions.node,
      ...(electron === undefined ? {} : { electron }),
    },
    variant: installation.variant,
    directory: installation.directory,
    gpus: probed.gpu ? await gpuNames(options.signal) : [],
    cpu: {
      model: cpus()[0]?.model ?? process.arch,
      cores: availableParallelism(),
      features: usefulFeatures(),
    },
    oneDnn: probed.oneDnn,
    threads: options.threads ?? availableParallelism(),
    matmul: { side, rounds, gflops: (2 * side ** 3) / median / 1e9 },
  };
}

/** The report as lines of a terminal. */
export function describeReport(report: EngineReport): string {
  const { versions, cpu, gpus, matmul } = report;
  const rows: [string, string][] = [
    ['TensorFlow', `${versions.tensorflow} (${report.variant === 'cuda' ? 'CUDA' : 'CPU only'})`],
    ['tfjs', `${versions.tfjs}, binding of tfjs-node-gpu ${versions.binding}`],
    ['Node', versions.node + (versions.electron === undefined ? '' : ` (Electron ${versions.electron})`)],
    ['Devices', gpus.length > 0 ? gpus.join(', ') : 'CPU'],
    ['CPU', `${cpu.model}, ${cpu.cores} cores${cpu.features.map((f) => `, ${f}`).join('')}`],
    ['oneDNN', report.oneDnn ? 'on' : 'off'],
    ['Threads', String(report.threads)],
    [
      'Matmul',
      `${matmul.gflops.toFixed(0)} GFLOP/s (${matmul.side} × ${matmul.side}, median of ${matmul.rounds})`,
    ],
    ['Installed in', report.directory],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

async function gpuNames(signal: AbortSignal | undefined): Promise<string[]> {
  const listed = await runProcess('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { signal });
  const names = listed?.code === 0 ? listed.stdout.split('\n').filter((name) => name.trim() !== '') : [];
  return names.length > 0 ? names : ['GPU'];
}

/** The instruction set extensions that kernels use; empty elsewhere than on Linux x64. */
function usefulFeatures(): string[] {
  const useful = [
    'avx',
    'avx2',
    'fma',
    'avx512f',
    'avx512_vnni',
    'avx512_bf16',
    'avx_vnni',
    'amx_tile',
    'amx_bf16',
  ];
  const features = cpuFeatures();
  return useful.filter((feature) => features.has(feature));
}

/** The report of a child process that has loaded the engine. */
interface ProbeResult {
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
