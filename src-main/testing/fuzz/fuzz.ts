import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CellsmithError } from '../../../src-shared/errors';
import { Generator } from '../../../src-shared/random';
import { temporaryFolder } from '../temporary-folder';

/** Where a target may write, and what must not change. Both are absolute. */
export interface FuzzPlaces {
  readonly inside: string;
  readonly outside: string;
}

/** Something that reads what others have written. */
export interface FuzzTarget {
  readonly name: string;
  /** Makes what the inputs are made of, and gives a function that has one mutated input read. It throws what the reader throws. */
  readonly prepare: (places: FuzzPlaces) => Promise<Attempt> | Attempt;
}
/** Whatever it gives is waited for, and of no further interest. */
export type Attempt = (draw: Generator) => unknown;

export interface FuzzReport {
  readonly name: string;
  readonly inputs: number;
  /** Inputs that were read without complaint: the change did not matter. */
  readonly accepted: number;
  /** Of the others, how often each error occurred. */
  readonly refused: Readonly<Record<string, number>>;
  /** Most CPU time that one took, milliseconds, and most that the process grew by, bytes. */
  readonly slowest: number;
  readonly growth: number;
  /** What must never happen, with the number of the input; the first twenty. */
  readonly problems: readonly string[];
}

/** An input may take so long on the CPU, milliseconds; one of them, or all, may have the process grow so far, bytes. */
const longest = 10_000;
const mostGrowth = 700e6;

/**
 * Has a target read mutated inputs. Each follows from the seed and its number alone.
 * @param first number of the first input, to have one of an earlier report read again
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
        // Connections and buffers outside of the heap are given back in a turn after their objects were collected.
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

/** The most memory that the process has ever had, bytes: what an input takes and gives back shows in it as well. */
function largestSize(): number {
  return 1024 * process.resourceUsage().maxRSS;
}

/** A new folder: in that of `npm run fuzz`, which removes it also when this process is ended, or one that says whose it is. */
function folderOfInputs(): string {
  const shared = process.env['CELLSMITH_FUZZ_FOLDER'];
  return shared === undefined
    ? temporaryFolder(`cellsmith-fuzz-${process.pid}-`)
    : mkdtempSync(join(shared, 'target-'));
}

/** Files outside the run with the names of its own, so that a reader that follows a link finds what it looks for. */
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
