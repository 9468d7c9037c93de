import type { MeasuredScale, ScaleSample } from './measure-scale';

/** What a simulated search took, as a table in Markdown. */
export function scaleReport(title: string, measured: MeasuredScale): string {
  const { counts, cpu, wall, simulated, busy, staleness, samples, written, folderBytes } = measured;
  const ended = counts.completed + counts.failed + counts.reused;
  const rows: [string, string][] = [
    ['Children', `${ended}, of which ${counts.failed} failed and ${counts.reused} were known`],
    ['Simulated time', `${(simulated / 3600).toFixed(2)} h`],
    ['Places for children in use', `${(100 * busy).toFixed(1)} %`],
    ['Processor time of the search', `${cpu.toFixed(1)} s (${wall.toFixed(0)} s with waits for the disk)`],
    ['Share of one core', `${((100 * cpu) / simulated).toFixed(2)} %`],
    ['Proposals a second of CPU time', (ended / cpu).toFixed(0)],
    ['Processor time of a child, by eighths', ofEachEighth(samples)],
    ['Longest step', `${measured.longest.toFixed(0)} ms`],
    ['Staleness, updates', quantiles(staleness)],
    ['Versions kept for batches in flight', `at most ${Math.max(0, ...samples.map(({ copies }) => copies))}`],
    ['Heap', samples.map(({ ended: at, heap }) => `${megabytes(heap)} after ${at}`).join(', ')],
    ['Resident', samples.map(({ resident }) => megabytes(resident)).join(', ')],
    ['Written to disk', written === null ? 'not counted by this system' : megabytes(written)],
    [
      'Run folder',
      Object.entries(folderBytes)
        .filter(([, bytes]) => bytes > 0)
        .map(([name, bytes]) => `${name} ${megabytes(bytes)}`)
        .join(', '),
    ],
  ];
  return [
    '',
    `### ${title}`,
    '',
    '| | |',
    '| --- | --- |',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
  ].join('\n');
}

/** What a child has cost between one sample and the next. */
function ofEachEighth(samples: readonly ScaleSample[]): string {
  return samples
    .map(({ ended, cpu }, index) => {
      const { ended: from, cpu: before } = samples[index - 1] ?? { ended: 0, cpu: 0 };
      return `${((1000 * (cpu - before)) / (ended - from)).toFixed(1)} ms`;
    })
    .join(', ');
}

function quantiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / Math.max(1, sorted.length);
  return `mean ${mean.toFixed(1)}; 5 % ${at(0.05)}, median ${at(0.5)}, 95 % ${at(0.95)}, most ${at(1)}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
