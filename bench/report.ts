import { cpus, totalmem } from 'node:os';
import { contestantTitle, isPeer } from './contestants/contestants';
import type { ChildResult, ContestantResult } from './measure';
import type { Spread } from './statistics';

/** All results of a benchmark, as written to JSON. */
export interface BenchReport {
  readonly date: string;
  readonly machine: Machine;
  readonly threads: number;
  readonly children: readonly ChildResult[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: number;
  readonly system: string;
  readonly node: string;
}

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory: totalmem(),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

/** The Markdown of a report: one table a child. */
export function reportMarkdown(report: BenchReport): string {
  const { machine } = report;
  return [
    `Measured on ${report.date.slice(0, 10)}: ${machine.cpu}, ${machine.cores} cores, ` +
      `${(machine.memory / 2 ** 30).toFixed(0)} GiB, ${machine.system}, Node ${machine.node}; ${report.threads} threads each. ${versions(report)}`,
    ...report.children.map(childMarkdown),
    '',
  ].join('\n\n');
}

function childMarkdown(result: ChildResult): string {
  const ours = result.contestants.find((contestant) => contestant.name === 'graph');
  const own = ours !== undefined && 'step' in ours ? ours.step.median : undefined;
  const heading =
    `### ${result.child}: ${result.description}\n\n` +
    `Batch ${result.batch}, ${(result.operations / 1e9).toFixed(1)} GFLOP a step; ${result.rounds} rounds of ${result.steps} steps; ` +
    `the machine's matmul reached ${rates(result.matmulRate)} GFLOP/s.`;
  const head = ['', 'ms a step', 'of Cellsmith', 'share of matmul', 'first step', 'peak memory'];
  const rows = result.contestants.map((contestant) => row(contestant, result.kind, own));
  const conclusion = own === undefined ? [] : [against(result, own)];
  return [heading, table(head, rows), ...conclusion].join('\n\n');
}

function row(result: ContestantResult, kind: ChildResult['kind'], own: number | undefined): string[] {
  const title = contestantTitle(result.name, kind);
  if ('failure' in result) return [title, `did not take part: ${firstLine(result.failure)}`, '', '', '', ''];
  const { step, shareOfMatmul, millisecondsToFirstStep, peakMemory } = result;
  return [
    title,
    `${step.median.toFixed(0)} (${step.least.toFixed(0)}–${step.most.toFixed(0)})`,
    own === undefined ? '' : `${(step.median / own).toFixed(2)}×`,
    `${(100 * shareOfMatmul).toFixed(0)} %`,
    `${(millisecondsToFirstStep / 1000).toFixed(1)} s`,
    peakMemory === null ? 'unknown' : `${(peakMemory / 2 ** 20).toFixed(0)} MiB`,
  ];
}

/** The fastest peer, and how many times as fast Cellsmith is. */
function against(result: ChildResult, own: number): string {
  let fastest: { readonly title: string; readonly median: number } | undefined;
  for (const contestant of result.contestants) {
    if ('failure' in contestant || !isPeer(contestant.name)) continue;
    if (fastest === undefined || contestant.step.median < fastest.median)
      fastest = { title: contestantTitle(contestant.name, result.kind), median: contestant.step.median };
  }
  return fastest === undefined
    ? 'No peer took part.'
    : `Cellsmith is ${(fastest.median / own).toFixed(2)}× as fast as the fastest peer (${fastest.title}).`;
}

function versions(report: BenchReport): string {
  const named = new Map<string, string>();
  for (const child of report.children)
    for (const contestant of child.contestants)
      if ('facts' in contestant)
        for (const [name, value] of Object.entries(contestant.facts))
          if (typeof value === 'string') named.set(name, value);
  const texts = [...named].map(([name, version]) => `${name} ${version}`);
  return texts.length === 0 ? '' : `Versions: ${texts.join(', ')}.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function rates({ median, least, most }: Spread): string {
  const giga = (rate: number): string => (rate / 1e9).toFixed(0);
  return `${giga(median)} (${giga(least)}–${giga(most)})`;
}

function firstLine(text: string): string {
  return (text.split('\n').at(-1) ?? '').replaceAll('|', '/').slice(0, 120);
}
