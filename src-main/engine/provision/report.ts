import { availableParallelism, cpus } from 'node:os';
import { cpuFeatures } from '../kernels/kernels';
import type { EngineLimits } from '../load';
import type { EngineInstallation, EngineVariant } from './installation';
import { runProcess } from './machine/run-process';
import { probeInstallation } from './probe';
import { doesNotLoad } from './problems';

/** The engine on this machine, and its speed. */
export interface EngineReport {
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
