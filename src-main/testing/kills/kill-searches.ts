import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Generator } from '../../../src-shared/random';
import type { RunEvent } from '../../../src-shared/run/run-event';
import { isAlive } from '../../processes/process-life';
import { listRunFolders } from '../../runs/locations';
import { openRunReadOnly } from '../../runs/run-folder';
import { readEpochs } from '../../runs/tables/epochs';
import { courseOf } from '../search-fixture';
import { childrenOf, type SearchProcess, startSearch } from './search-process';

/** The search to kill, and how often. */
export interface KillingOptions {
  /** Absolute path of cli.js. */
  readonly program: string;
  /** Of `cellsmith search`, without --runs: a tiny search of one replica. */
  readonly search: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Added for the searches that are killed. */
  readonly slowDisk: Readonly<Record<string, string>>;
  /** An empty folder. */
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
  readonly onKill?: (kill: Kill, count: number) => void;
}

export const victims = ['search', 'trainers', 'both'] as const;

/** One kill. */
export interface Kill {
  readonly victim: (typeof victims)[number];
  /** Whether a checkpoint, of the controller or of a child, was partly written at that moment. */
  readonly halfWritten: boolean;
}

/** The results of the killed searches. */
export interface KillingReport {
  readonly kills: readonly Kill[];
  /** Searches that were killed repeatedly until they were complete. */
  readonly searches: number;
  readonly sessions: number;
  /** Epochs that the uninterrupted search trains. */
  readonly epochsOfASearch: number;
  /** Resumed trainings, each of which repeats the interrupted epoch. */
  readonly epochsInFlight: number;
  /** Reported epochs that were trained again. */
  readonly epochsLost: number;
  /** Unusable checkpoints. */
  readonly checkpointsDropped: number;
  /** Where decisions, rewards, epochs, updates or controller differ from the uninterrupted search's: of each search, the first place. */
  readonly differences: readonly string[];
}

/**
 * Kills searches at random moments, half of them while a checkpoint is being written, resumes them each time, and compares their
 * results with those of an undisturbed one.
 */
export async function killSearches(options: KillingOptions): Promise<KillingReport> {
  const { folder, kills: wanted } = options;
  const draw = Generator.seeded(options.seed, 'kills');
  const straight = join(folder, 'straight');
  await searchToTheEnd(options, straight);
  const reference = resultOf(straight);
  const kills: Kill[] = [];
  const total = { sessions: 0, epochsInFlight: 0, epochsLost: 0, checkpointsDropped: 0 };
  const differences: string[] = [];
  let searches = 0;
  while (kills.length < wanted) {
    const runs = join(folder, `killed ${++searches}`);
    const count = await killOneSearch(options, runs, draw, kills);
    total.sessions += count.sessions;
    total.epochsInFlight += count.epochsInFlight;
    total.epochsLost += count.epochsLost;
    const log = readFileSync(join(runIn(runs), 'log.txt'), 'utf8');
    total.checkpointsDropped += log.match(/is dropped:/g)?.length ?? 0;
    const difference = firstDifference(reference, resultOf(runs), `search ${searches}`);
    if (difference !== undefined) differences.push(difference);
  }
  return { kills, searches, epochsOfASearch: reference.epochs.flat().length, ...total, differences };
}

/** The first difference of two values; undefined when they are equal. */
function firstDifference(expected: unknown, found: unknown, path: string): string | undefined {
  if (typeof expected !== 'object' || typeof found !== 'object' || expected === null || found === null)
    return Object.is(expected, found)
      ? undefined
      : `${path}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`;
  const [one, other] = [expected as Record<string, unknown>, found as Record<string, unknown>];
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const difference = firstDifference(one[key], other[key], `${path}, ${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

async function searchToTheEnd({ program, search, environment }: KillingOptions, runs: string): Promise<void> {
  const process = startSearch(program, [...search, '--runs', runs], environment, () => undefined);
  await process.ended;
  if (process.code() !== 0) throw new Error(`The undisturbed search failed: ${process.stderr()}`);
}

/** The one run of a folder. */
function runIn(runs: string): string {
  const [run] = listRunFolders(runs);
  if (run === undefined) throw new Error(`There is no run in ${runs}.`);
  return run;
}

/** The results of a search, without times and without counts of resumptions. */
function resultOf(runs: string) {
  const run = openRunReadOnly(runIn(runs));
  try {
    const { trials, updates, controller } = courseOf(run);
    return {
      trials: trials.map((trial) => ({ ...trial, retries: 0 })),
      epochs: trials.map(({ number }) =>
        readEpochs(run.database, number).map((record) => ({ ...record, seconds: 0 })),
      ),
      updates,
      controller,
    };
  } finally {
    run.close();
  }
}

/** Kills one search until it is complete or has been killed often enough, then lets it finish. */
async function killOneSearch(
  options: KillingOptions,
  runs: string,
  draw: Generator,
  kills: Kill[],
): Promise<Pick<KillingReport, 'sessions' | 'epochsInFlight' | 'epochsLost'>> {
  const epochs = epochCounter();
  for (let sessions = 1; ; sessions++) {
    const resumed = listRunFolders(runs)[0];
    const place = resumed === undefined ? [...options.search, '--runs', runs] : ['--resume', resumed];
    const more = kills.length < options.kills;
    const environment = { ...options.environment, ...(more ? options.slowDisk : {}) };
    const process = startSearch(options.program, place, environment, epochs.hear);
    if (more) await killSession(options, process, runs, epochs, draw, kills);
    await process.ended;
    if (process.code() === 0) return { sessions, ...epochs.counts() };
    if (process.code() !== -1)
      throw new Error(`A search that was killed before ended by itself: ${process.stderr()}`);
  }
}

/** Kills trainers of a session repeatedly, until the search itself is killed or complete. */
async function killSession(
  { kills: wanted, onKill }: KillingOptions,
  process: SearchProcess,
  runs: string,
  epochs: EpochCounter,
  draw: Generator,
  kills: Kill[],
): Promise<void> {
  while (kills.length < wanted && process.code() === null) {
    const victim = victims[draw.integer(victims.length)] ?? 'both';
    // Before the search begins, killing a trainer would end it.
    if (victim === 'trainers') await until(() => epochs.underWay(), process);
    const moment = kills.length % 2 === 0 ? inAWrite(runs, draw) : afterAWhile(draw);
    await until(moment, process);
    if (process.code() !== null) return;
    const kill = { victim, halfWritten: halfWrittenFiles(runs).length > 0 };
    const trainers = childrenOf(process.pid);
    if (victim !== 'trainers') signal(process.pid);
    if (victim !== 'search') trainers.forEach(signal);
    if (victim !== 'search') for (const trainer of trainers) while (isAlive(trainer)) await delay(2);
    kills.push(kill);
    onKill?.(kill, kills.length);
    epochs.killed();
    if (victim !== 'trainers') return;
  }
}

async function until(what: () => boolean, process: SearchProcess): Promise<void> {
  while (!what() && process.code() === null) await delay(2);
}

/** Longest random wait, in milliseconds: a session of a tiny search takes its first seconds to begin. */
const longestWait = 6000;

function afterAWhile(draw: Generator): () => boolean {
  const at = performance.now() + longestWait * draw.uniform();
  return () => performance.now() > at;
}

/** A moment in one of the next writes. If it were always the first, no search would progress. */
function inAWrite(runs: string, draw: Generator): () => boolean {
  let left = draw.integer(5);
  let writing = false;
  let at = Infinity;
  return () => {
    const now = performance.now();
    const before = writing;
    writing = halfWrittenFiles(runs).length > 0;
    if (writing && !before) {
      left -= 1;
      at = now + 60 * draw.uniform();
    }
    return writing && left < 0 && now >= at;
  };
}

function halfWrittenFiles(runs: string): string[] {
  const [run] = listRunFolders(runs);
  if (run === undefined) return [];
  return ['controller', 'checkpoints', 'children'].flatMap((folder) =>
    namesIn(join(run, folder)).filter((name) => /\.(partial|tmp)$/.test(name)),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has already exited.
  }
}

interface EpochCounter {
  readonly hear: (event: RunEvent) => void;
  /** Whether a child has reported since the last kill. */
  underWay(): boolean;
  killed(): void;
  counts(): Pick<KillingReport, 'epochsInFlight' | 'epochsLost'>;
}

/** Counts resumed trainings, each of which repeats the interrupted epoch, and epochs that end more than once. */
function epochCounter(): EpochCounter {
  const begun = new Set<number>();
  const ended = new Set<string>();
  let running = false;
  let epochsInFlight = 0;
  let epochsLost = 0;
  return {
    hear: (event) => {
      if (event.type === 'trialStarted') {
        if (begun.has(event.trial)) epochsInFlight += 1;
        begun.add(event.trial);
      } else if (event.type === 'trialProgress') running = true;
      else if (event.type === 'epochEnded') {
        const epoch = `${event.trial}:${event.record.epoch}`;
        if (ended.has(epoch)) epochsLost += 1;
        ended.add(epoch);
      }
    },
    underWay: () => running,
    killed: () => (running = false),
    counts: () => ({ epochsInFlight, epochsLost }),
  };
}
