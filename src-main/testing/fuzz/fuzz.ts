import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CellsmithError } from '../../../src-shared/errors';
import { Generator } from '../../../src-shared/random';
import { temporaryFolder } from '../temporary-folder';

/** Absolute paths: where a target may write, and what must not change. */
export interface FuzzPlaces {
  readonly inside: string;
  readonly outside: string;
}

/** A reader of untrusted input. */
export interface FuzzTarget {
  readonly name: string;
  /** Makes the seed inputs; returns a function that reads one mutated input and throws the reader's errors. */
  readonly prepare: (places: FuzzPlaces) => Promise<Attempt> | Attempt;
}
/** Its result is awaited and ignored. */
export type Attempt = (draw: Generator) => unknown;

export interface FuzzReport {
  readonly name: string;
  readonly inputs: number;
  /** Inputs that were read without an error: the mutation did not matter. */
  readonly accepted: number;
  /** Number of occurrences of each error. */
  readonly refused: Readonly<Record<string, number>>;
  /** Maximum CPU time of one input in milliseconds, and maximum growth of the process in bytes. */
  readonly slowest: number;
  readonly growth: number;
  /** Violations, with the number of the input; the first twenty. */
  readonly problems: readonly string[];
}

/** Limits: CPU time of an input in milliseconds; growth of the process by one input and by all, in bytes. */
const longest = 10_000;
const mostGrowth = 700e6;

/**
 * Feeds mutated inputs to a target. Each depends on the seed and its number alone.
 * @param first number of the first input, to repeat one of an earlier report
 */
export async function fuzz(
  target: FuzzTarget,
  { seed, inputs, first = 0 }: { readonly seed: number; readonly inputs: number; readonly first?: number },
): Promise<FuzzReport> {
  const folder = folderOfInputs();
  const places = { inside: join(folder, 'inside'), outside: join(folder, 'outside') };
  mkdirSync(places.inside);
  makeOutside(places.outside);
  const untouched = contentOf(places.outside);
  const inherited = inheritedNames();
  const refused: Record<string, number> = {};
  const problems: string[] = [];
  let accepted = 0;
  let slowest = 0;
  let growth = 0;
  try {
    const attempt = await target.prepare(places);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const before = process.memoryUsage.rss();
    for (let number = first; number < first + inputs; number++) {
      const problem = (text: string): void => {
        if (problems.length < 20) problems.push(`input ${number}: ${text}`);
      };
      writeFileSync(join(folder, 'input'), `input ${number} of ${target.name}`);
      const sizeBefore = largestSize();
      const begun = process.cpuUsage();
      try {
        await attempt(Generator.seeded(seed, `${target.name} ${number}`));
        accepted += 1;
      } catch (error) {
        const code = error instanceof CellsmithError ? error.code : 'internal';
        refused[code] = (refused[code] ?? 0) + 1;
        if (code === 'internal')
          problem(error instanceof Error ? (error.stack ?? error.message) : String(error));
      }
      const { user, system } = process.cpuUsage(begun);
      slowest = Math.max(slowest, (user + system) / 1000);
      if (number % 20 === 0) {
        // Connections and buffers outside of the heap are freed one turn after their objects are collected.
        collect();
        await turn();
        growth = Math.max(growth, process.memoryUsage.rss() - before);
      }
      const taken = largestSize() - sizeBefore;
      if (taken > mostGrowth) problem(`took ${Math.round(taken / 1e6)} MB`);
      if ((user + system) / 1000 > longest) problem('took too long');
      if (inheritedNames() !== inherited) problem('changed what all objects inherit');
      if (contentOf(places.outside) !== untouched) problem('changed a file outside its folder');
      if (problems.length > 0 && contentOf(places.outside) !== untouched) break;
    }
    if (growth > mostGrowth) problems.push(`The process grew by ${Math.round(growth / 1e6)} MB.`);
    return { name: target.name, inputs, accepted, refused, slowest, growth, problems };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The peak memory of the process in bytes: it includes what an input allocates and frees. */
function largestSize(): number {
  return 1024 * process.resourceUsage().maxRSS;
}

/** A new folder: in that of `npm run fuzz`, which removes it even when this process is killed, else one with a name of its own. */
function folderOfInputs(): string {
  const shared = process.env['CELLSMITH_FUZZ_FOLDER'];
  return shared === undefined
    ? temporaryFolder(`cellsmith-fuzz-${process.pid}-`)
    : mkdtempSync(join(shared, 'target-'));
}

/** Files outside the run with the names of its files, so that a reader that follows a link finds them. */
function makeOutside(folder: string): void {
  mkdirSync(folder);
  for (const name of ['children', 'checkpoints', 'controller', 'exports']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, '000001.safetensors'), 'weights');
    writeFileSync(join(folder, name, '00000001.state'), 'state');
    writeFileSync(join(folder, name, 'letter.txt'), 'Dear');
  }
  for (const name of ['file.txt', 'empty']) writeFileSync(join(folder, name), name === 'empty' ? '' : 'mine');
}

function contentOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path}:${entry.isFile() ? readFileSync(path, 'latin1') : ''}`;
    })
    .sort()
    .join('\n');
}

function inheritedNames(): string {
  const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
  return prototypes.map((prototype) => Reflect.ownKeys(prototype).length).join();
}
