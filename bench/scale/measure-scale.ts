import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';
import { createRun } from '../../src-main/runs/run-folder';
import { countTrials } from '../../src-main/runs/tables/trials';
import { readUpdates } from '../../src-main/runs/tables/batches';
import { simulateSearch } from '../../src-main/testing/simulation/simulate-search';
import type { Trial } from '../../src-shared/run/trial';
import type { Scale } from './scales';

interface ScaleOptions extends Omit<Scale, 'title'> {
  readonly children: number;
  /** Milliseconds. */
  readonly meanDuration: number;
}

/** Measurements after a number of children. */
export interface ScaleSample {
  readonly ended: number;
  /** Of the heap after a collection, and of the process. Bytes. */
  readonly heap: number;
  readonly resident: number;
  /** CPU seconds so far. */
  readonly cpu: number;
  /** Versions of the parameters that are kept for batches in flight. */
  readonly copies: number;
}

export interface MeasuredScale {
  readonly folder: string;
  readonly counts: Record<Trial['state'], number>;
  /** CPU and wall-clock seconds of this process, simulator included. */
  readonly cpu: number;
  readonly wall: number;
  /** Of virtual time, seconds; and the share of it that the places for children were in use. */
  readonly simulated: number;
  readonly busy: number;
  readonly staleness: readonly number[];
  readonly samples: readonly ScaleSample[];
  /** Bytes. */
  readonly written: number | null;
  readonly folderBytes: Readonly<Record<string, number>>;
  /** The longest time on the CPU that one happening took, milliseconds. */
  readonly longest: number;
}

/** Runs a search at scale and measures what it takes. */
export async function measureScale(
  runs: string,
  { config, description, size, model, children, meanDuration }: ScaleOptions,
): Promise<MeasuredScale> {
  const run = createRun(
    { within: runs },
    {
      config: { ...config, budget: { children, hours: null, multiplyAdds: null } },
      dataset: { location: description.location, fingerprint: description.fingerprint, description },
      software: { node: process.versions.node },
    },
  );
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const begun = { cpu: process.cpuUsage(), wall: performance.now(), written: bytesWritten() };
  let notCounted = 0;
  const cost = (): number => {
    const { user, system } = process.cpuUsage(begun.cpu);
    return (user + system) / 1000 - notCounted;
  };
  const samples: ScaleSample[] = [];
  let ended = 0;
  const sample = (): void => {
    const before = cost();
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    const row = z.strictObject({ copies: z.int() });
    const found = run.database.first('SELECT count(*) AS copies FROM parameter_copies', [], row);
    samples.push({
      ended,
      heap: heapUsed,
      resident: rss,
      cpu: before / 1000,
      copies: found?.copies ?? 0,
    });
    notCounted += cost() - before;
  };
  let longest = 0;
  let last = 0;
  try {
    const { duration, trained } = await simulateSearch(run, {
      size,
      model,
      meanDuration,
      failing: 0.02,
      cost: () => {
        const now = cost();
        longest = Math.max(longest, now - last);
        last = now;
        return now;
      },
      onEvent: ({ type }) => {
        if (type !== 'trialCompleted' && type !== 'trialFailed' && type !== 'trialReused') return;
        ended += 1;
        if (ended % Math.ceil(children / 8) === 0) sample();
      },
    });
    const cpu = cost() / 1000;
    return {
      folder: run.folder,
      counts: countTrials(run.database),
      cpu,
      wall: (performance.now() - begun.wall) / 1000,
      simulated: duration / 1000,
      busy: trained / (duration * size),
      staleness: readUpdates(run.database).map(({ diagnostics }) => diagnostics['staleness'] ?? 0),
      samples,
      written: begun.written === null ? null : (bytesWritten() ?? 0) - begun.written,
      folderBytes: sizesBelow(run.folder),
      longest,
    };
  } finally {
    run.close();
  }
}

/** Bytes that this process has written so far, where the system counts them. */
function bytesWritten(): number | null {
  try {
    const line = /^wchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'));
    return line === null ? null : Number(line[1]);
  } catch {
    return null;
  }
}

/** Bytes of each file and folder of a run. */
function sizesBelow(folder: string): Record<string, number> {
  const sizeOf = (path: string): number => {
    const status = statSync(path);
    if (!status.isDirectory()) return status.size;
    return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
  };
  return Object.fromEntries(readdirSync(folder).map((name) => [name, sizeOf(join(folder, name))]));
}
