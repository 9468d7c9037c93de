import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isAlive } from '../../processes/process-life';
import { listRunFolders } from '../../runs/locations';
import { openRunReadOnly } from '../../runs/run-folder';
import { readEpochs } from '../../runs/tables/epochs';
import { readSessions } from '../../runs/tables/sessions';
import { readTrials } from '../../runs/tables/trials';
import { runProgram, startProgram } from '../../testing/program';
import { courseOf, type Course } from '../../testing/search-fixture';
import { temporaryFolder } from '../../testing/temporary-folder';
import { tinyDataset } from '../../testing/data/tiny-dataset';
import { exitCodes } from '../exit-codes';

let folder: string;
let data: string;
beforeAll(async () => {
  folder = temporaryFolder('cellsmith-searches-');
  data = (await tinyDataset(folder)).source;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A search of tiny networks on tiny images by two trainers of one thread each, whose results repeat bit by bit. */
const tiny = (runs: string, ...more: string[]): string[] => [
  ...[
    'search',
    '--json',
    '--data',
    data,
    '--runs',
    runs,
    '--trainers',
    '2',
    '--threads',
    '1',
    '--children',
    '6',
  ],
  ...['--set', 'recipe.side=8', '--set', 'recipe.augmentation.enlargedSide=10', '--set', 'recipe.epochs=3'],
  ...['--set', 'recipe.validation=30', '--set', 'recipe.batchSize=16', '--set', 'trainers.device=cpu'],
  ...['--set', 'controller.childrenPerUpdate=3'],
  ...more,
];
const environment = (): Record<string, string> => ({
  XDG_CACHE_HOME: join(folder, 'cache'),
  CELLSMITH_CACHE: engine,
});
/** The installed engine is used; only data sets are cached elsewhere. */
const engine =
  process.env['CELLSMITH_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/', '.cache'), 'cellsmith');

const runIn = (runs: string): string => listRunFolders(runs)[0] ?? 'no run';
const inspect = <T>(run: string, look: (run: ReturnType<typeof openRunReadOnly>) => T): T => {
  const open = openRunReadOnly(run);
  try {
    return look(open);
  } finally {
    open.close();
  }
};
const eventsOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => z.looseObject({ type: z.string(), at: z.int() }).parse(JSON.parse(line)));
const trainersOf = (pid: number | undefined): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => {
      try {
        const stat = readFileSync(`/proc/${other}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
      } catch {
        return false;
      }
    });

let straight: Course;

describe('a search of real networks', () => {
  it('writes its events as lines of JSON and leaves a finished run', async () => {
    const runs = join(folder, 'straight');
    const { code, stdout, stderr } = await runProgram(tiny(runs), environment());
    expect([code, stderr]).toEqual([0, '']);
    const events = eventsOf(stdout);
    const count = (type: string): number => events.filter((event) => event.type === type).length;
    expect(events[0]).toMatchObject({ type: 'runStarted', resumed: false, folder: runIn(runs) });
    expect(events.at(-1)).toMatchObject({ type: 'runEnded', outcome: 'finished' });
    expect(count('trialProposed')).toBe(6);
    expect(count('trialCompleted') + count('trialReused')).toBe(6);
    expect(count('epochEnded')).toBe(3 * count('trialCompleted'));
    expect(count('controllerUpdated')).toBe(2);
    straight = inspect(runIn(runs), courseOf);
    // The images are easy: whatever the controller proposes learns something.
    expect(Math.max(...straight.trials.map((trial) => trial.measure ?? 0))).toBeGreaterThan(0.5);
    expect(readdirSync(join(runIn(runs), 'children')).length).toBe(3);
    expect(inspect(runIn(runs), (run) => Object.keys(run.manifest.software))).toContain('tensorflow');
  });

  it('that is killed in the middle of a child resumes with the same decisions, rewards and controller', async () => {
    const runs = join(folder, 'killed');
    const killed = startProgram(tiny(runs), environment());
    await killed.sees(/"controllerUpdated"[^]*"epochEnded"/);
    const trainers = process.platform === 'linux' ? trainersOf(killed.process.pid) : [];
    killed.process.kill('SIGKILL');
    await killed.ended();
    const run = runIn(runs);
    expect(existsSync(join(run, 'run.lock'))).toBe(true);
    expect(inspect(run, ({ database }) => readTrials(database).some((trial) => trial.reward === null))).toBe(
      true,
    );

    const { code, stdout } = await runProgram(['search', '--json', '--resume', run], environment());
    expect(code).toBe(0);
    expect(eventsOf(stdout)[0]).toMatchObject({ type: 'runStarted', resumed: true });
    expect(inspect(run, courseOf)).toEqual(straight);
    // The killed program's trainers have noticed and are gone.
    for (const pid of trainers) await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });

  it('fails with the reason of its children when none can be trained', async () => {
    const runs = join(folder, 'failing');
    const never = ['--set', 'recipe.timeLimit=0.001', '--children', '3'];
    const { code, stdout, stderr } = await runProgram(tiny(runs, ...never), environment());
    expect(code).toBe(1);
    expect(eventsOf(stdout).at(-1)).toMatchObject({ type: 'runEnded', outcome: 'failed' });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'child.time-limit' } });
  });
});

describe('a folder for runs that cannot be written', () => {
  it('exits with 5 and a message before anything is prepared', async () => {
    writeFileSync(join(folder, 'a file'), '');
    const { code, stdout, stderr } = await runProgram(tiny(join(folder, 'a file', 'runs')), environment());
    expect([code, stdout]).toEqual([5, '']);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'run.not-writable' } });
  });
});

/** Enough epochs that the test, not their end, ends the search. */
const long = (runs: string): string[] => tiny(runs, '--set', 'recipe.epochs=500', '--set', 'keepBest=0');

describe('Ctrl-C', () => {
  it('once ends the search after the epoch, keeps everything and says how to resume', async () => {
    const runs = join(folder, 'once');
    const program = startProgram(long(runs), environment());
    await program.sees(/"epochEnded"/);
    program.process.kill('SIGINT');
    // The same press again, as npm passes it on.
    program.process.kill('SIGINT');
    const { code, stdout, stderr } = await program.ended();
    expect(code).toBe(130);
    expect(stderr).toMatch(/Ending after the current epoch.*Ctrl-C again/);
    expect(stderr).not.toMatch(/at once;/);
    const events = eventsOf(stdout);
    expect(events.at(-1)).toMatchObject({ type: 'runEnded', outcome: 'stopped' });
    inspect(runIn(runs), ({ database }) => {
      const stored = readTrials(database).map((trial) => readEpochs(database, trial.number).length);
      const epochs = events.filter((event) => event.type === 'epochEnded').length;
      expect(epochs).toBeGreaterThan(0);
      expect(stored.reduce((sum, count) => sum + count, 0)).toBe(epochs);
      expect(readTrials(database).map((trial) => trial.state)).toContain('interrupted');
    });
    expect(existsSync(join(runIn(runs), 'run.lock'))).toBe(false);
  });

  it('twice ends it at once, and the run can be resumed', async () => {
    const runs = join(folder, 'twice');
    // An epoch on the sample takes seconds, so that there is a middle of it to be ended in.
    const slow = ['--set', 'recipe.epochs=500', '--set', 'recipe.batchSize=1', '--threads', '1'];
    const program = startProgram(['search', '--json', '--runs', runs, ...slow], environment());
    await program.sees(/"trialProgress"/);
    program.process.kill('SIGINT');
    await wait(400);
    program.process.kill('SIGINT');
    const { code, stderr } = await program.ended();
    expect(code).toBe(130);
    expect(stderr).toMatch(/Ending at once/);
    const outcomes = inspect(runIn(runs), ({ database }) =>
      readSessions(database).map((session) => session.outcome),
    );
    expect(outcomes).toEqual(['stopped']);
    const resumed = startProgram(['search', '--resume', runIn(runs)], environment());
    await resumed.sees(/Resuming in/);
    resumed.process.kill('SIGTERM');
    const last = await resumed.ended();
    expect(last.code).toBe(143);
    expect(last.stdout).toMatch(
      /No child has completed training[^]*Run folder: [^]*To resume: cellsmith search --resume/,
    );
  });

  it('before the search begins leaves no run', async () => {
    const runs = join(folder, 'early');
    // The sample takes a second to decode, and its cache is empty.
    const elsewhere = { ...environment(), XDG_CACHE_HOME: join(folder, 'other cache') };
    const program = startProgram(['search', '--runs', runs], elsewhere);
    await program.sees(/data set/);
    program.process.kill('SIGINT');
    const { code, stderr } = await program.ended();
    expect(stderr).toMatch(/cancelled/);
    expect(code).toBe(130);
    expect(listRunFolders(runs)).toEqual([]);
  });
});

it('data that are too few for the validation split leave no run', async () => {
  const runs = join(folder, 'too few');
  const { code, stderr } = await runProgram(tiny(runs, '--set', 'recipe.validation=5000'), environment());
  expect(code).toBe(exitCodes.usage);
  expect(stderr).toMatch(/A validation split of 5000 cannot be taken from \d+ training images/);
  expect(listRunFolders(runs)).toEqual([]);
});
