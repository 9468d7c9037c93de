import { mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import type { SearchConfig } from '../../src-shared/config/search-config';
import { epochSteps, sampleChildren, type SampledChild } from '../../src-shared/estimate/typical-children';
import {
  type MeasuredChild,
  type Measurement,
  measurementSchema,
} from '../../src-shared/estimate/measurement';
import type { PreparedData } from '../datasets/open';
import { engineEnvironment } from '../engine/load';
import { candidates } from '../search/candidate';
import { engineLimits } from '../workers/pool/local-pool';
import { measureIn } from '../workers/pool/ask-trainer';
import { trainerHandle } from '../workers/pool/trainer-handle';
import type { SpawnTrainer } from '../workers/trainer-process';
import type { ChildSpeed, TrialJob } from '../workers/protocol';
import { z } from 'zod';
import { cacheDirectory, type EngineInstallation } from '../engine/provision/installation';
import { writeAtomically } from '../runs/files/write-atomically';

/** Progress of a calibration, in children. */
export interface CalibrationProgress {
  readonly done: number;
  readonly total: number;
  /** Null while there is nothing to estimate from. */
  readonly millisecondsLeft: number | null;
}

interface CalibrationOptions {
  readonly spawn: SpawnTrainer;
  /** Names engine and machine; see `machineName`. */
  readonly machine: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: CalibrationProgress) => void;
  /** Training of each child, in milliseconds. */
  readonly milliseconds?: number;
}

/** Children are drawn as for the estimate; those at these shares of them, by their multiply-adds, are trained. */
const shares = [0.1, 0.3, 0.5, 0.7, 0.9];
const drawn = 48;
/** A trainer loads TensorFlow before it is ready; milliseconds. */
const startPatience = 120_000;

/**
 * Trains typical children of a search for about a second each, with as many parallel trainers as the search will have, which
 * share CPU and memory in the same way. The engine must be installed. Leaves nothing behind.
 * @throws CellsmithError 'child.failed' when a typical child cannot be trained here, 'engine.missing', 'cancelled'
 */
export async function calibrate(
  config: SearchConfig,
  data: PreparedData,
  { spawn, machine, signal, onProgress, milliseconds = 1000 }: CalibrationOptions,
): Promise<Measurement> {
  const typical = typicalChildren(config, data);
  const jobs = jobsOf(config, data, typical);
  const { count, threads, device } = config.trainers;
  const environment = engineEnvironment(engineLimits(config.trainers));
  const total = count * jobs.length;
  const started = performance.now();
  let done = 0;
  onProgress?.({ done, total, millisecondsLeft: null });

  const measureAll = async (seat: number, ended: AbortSignal): Promise<ChildSpeed[]> => {
    const trainer = trainerHandle(spawn(environment), () => undefined);
    try {
      await trainer.ready(startPatience);
      const speeds: ChildSpeed[] = [];
      // Each begins with another child, so that small and large ones train side by side.
      for (let turn = 0; turn < jobs.length; turn++) {
        const at = (seat + turn) % jobs.length;
        const job = jobs[at];
        if (job === undefined) continue;
        speeds[at] = await measureIn(trainer, job, milliseconds, ended);
        done += 1;
        const left = ((performance.now() - started) / done) * (total - done);
        onProgress?.({ done, total, millisecondsLeft: left });
      }
      return speeds;
    } finally {
      await trainer.end(0);
    }
  };

  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const seats = Array.from({ length: count }, (_, seat) =>
    measureAll(seat, ended).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  const results = await Promise.allSettled(seats);
  // The first failure cancelled the others; their errors are irrelevant.
  if (failed.signal.aborted) throw failed.signal.reason;
  const speeds = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));

  const { examples } = epochSteps(config, data.description);
  return {
    kind: config.recipe.kind,
    machine,
    trainers: { count, threads, device },
    name: config.name,
    at: Date.now(),
    children: typical.map(({ parameters, multiplyAdds }, index) => ({
      parameters,
      multiplyAdds: multiplyAdds * examples,
      ...averageOf(speeds.flatMap((ofSeat) => ofSeat[index] ?? [])),
    })),
  };
}

function typicalChildren(config: SearchConfig, { description }: PreparedData): SampledChild[] {
  const sorted = sampleChildren(config, description, drawn).sort((a, b) => a.multiplyAdds - b.multiplyAdds);
  return shares.flatMap((share) => sorted[Math.floor(share * sorted.length)] ?? []);
}

function jobsOf(config: SearchConfig, data: PreparedData, typical: readonly SampledChild[]): TrialJob[] {
  const candidateOf = candidates(config, data.description);
  return typical.map(({ depth, decisions }, index) => ({
    trial: index + 1,
    child: candidateOf(depth, decisions).child,
    seed: index,
    data: data.trainFolder,
    weights: null,
    checkpoint: null,
  }));
}

function averageOf(speeds: readonly ChildSpeed[]): Omit<MeasuredChild, 'parameters' | 'multiplyAdds'> {
  const mean = (of: (speed: ChildSpeed) => number): number =>
    speeds.reduce((sum, speed) => sum + of(speed), 0) / speeds.length;
  return {
    begin: mean(({ begin }) => begin),
    trainStep: mean(({ trainStep }) => trainStep),
    evaluationStep: mean(({ evaluationStep }) => evaluationStep),
    memory: Math.max(...speeds.map(({ memory }) => memory)),
  };
}

/** Maximum number of records, of all machines and engines: the cache folder may be shared. */
const kept = 40;

/** Identifies this machine's CPU and engine, for which a measurement is valid. */
export function machineName({ tensorflow, variant, binding }: EngineInstallation): string {
  const cpu = `${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} cores`;
  return `${cpu}; TensorFlow ${tensorflow} (${variant}), binding ${binding}`;
}

/** The file that measurements are kept in. @param cache the product's cache folder */
export function measurementsFile(cache: string = cacheDirectory()): string {
  return join(cache, 'measurements.json');
}

/** Measurements of a machine, newest last; empty if the file is missing or damaged. */
export function readMeasurements(file: string, machine: string): Measurement[] {
  return readAll(file).filter((measurement) => measurement.machine === machine);
}

/** Stores a measurement; it replaces one of the same configuration name, kind and trainers. */
export function keepMeasurement(file: string, measurement: Measurement): void {
  const keyOf = ({ kind, machine, trainers, name }: Measurement): string =>
    JSON.stringify([kind, machine, trainers, name]);
  const others = readAll(file).filter((other) => keyOf(other) !== keyOf(measurement));
  mkdirSync(dirname(file), { recursive: true });
  writeAtomically(file, `${JSON.stringify([...others, measurement].slice(-kept), null, 2)}\n`);
}

function readAll(file: string): Measurement[] {
  try {
    return z.array(measurementSchema).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [];
  }
}
