import { mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { measurementSchema, type Measurement } from '../../src-shared/estimate/measurement';
import { cacheDirectory, type EngineInstallation } from '../engine/provision/installation';
import { writeAtomically } from '../runs/files/write-atomically';

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
