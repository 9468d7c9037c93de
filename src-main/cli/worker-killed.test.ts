import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Generator } from '../../src-shared/random';
import { cacheDirectory } from '../engine/provision/installation';
import { listRunFolders } from '../runs/locations';
import { openRunReadOnly } from '../runs/run-folder';
import { readEventsAfter } from '../runs/tables/events';
import { readEpochs } from '../runs/tables/epochs';
import { readTrials } from '../runs/tables/trials';
import { runProgram, startProgram, type RunningProgram } from '../testing/program';
import { redisServer, type RedisServer } from '../testing/queue/redis-server';
import { courseOf, type Course } from '../testing/search-fixture';
import { temporaryFolder } from '../testing/temporary-folder';
import { tinyDataset } from '../testing/data/tiny-dataset';

/** The longer form is `npm run test:queue`, which sets these. */
const kills = Number(process.env['CELLSMITH_QUEUE_KILLS'] ?? 6);
const children = Number(process.env['CELLSMITH_QUEUE_CHILDREN'] ?? 8);
const seed = Number(process.env['CELLSMITH_QUEUE_SEED'] ?? 1);
const epochs = 6;
const password = 'a password';

let folder: string;
let data: string;
let redis: RedisServer;
const running = new Set<RunningProgram>();
beforeAll(async () => {
  folder = temporaryFolder('cellsmith-workers-');
  data = (await tinyDataset(folder, { train: 1500 })).source;
  redis = await redisServer({ folder: join(folder, 'redis'), password });
});
afterAll(async () => {
  for (const program of running) program.process.kill('SIGKILL');
  await redis.end();
  rmSync(folder, { recursive: true });
});

const environment = (): Record<string, string> => ({
  XDG_CACHE_HOME: join(folder, 'cache'),
  CELLSMITH_CACHE: cacheDirectory(),
  CELLSMITH_QUEUE_PASSWORD: password,
  CELLSMITH_SHARED: join(folder, 'shared'),
  // What killed workers leave goes with the folder.
  TMPDIR: folder,
});
const start = (parameters: readonly string[]): RunningProgram => {
  const program = startProgram(parameters, environment());
  running.add(program);
  void program.ended().then(() => running.delete(program));
  return program;
};
/** A search of tiny networks, each trained by one thread, so that results repeat bit by bit. */
const search = (runs: string): string[] => [
  ...['search', '--json', '--data', data, '--runs', runs, '--children', `${children}`],
  ...[
    '--trainers',
    '2',
    '--threads',
    '1',
    '--set',
    'trainers.device=cpu',
    '--set',
    'controller.childrenPerUpdate=4',
  ],
  ...[
    '--set',
    'recipe.side=8',
    '--set',
    'recipe.augmentation.enlargedSide=10',
    '--set',
    `recipe.epochs=${epochs}`,
  ],
  ...['--set', 'recipe.validation=30', '--set', 'recipe.batchSize=4', '--set', 'keepBest=3'],
  // However busy the machine is.
  ...['--set', 'budget.hours=null'],
];
const worker = (): RunningProgram =>
  start([
    ...['worker', '--json', '--queue', redis.url, '--data', `tiny=${data}`],
    ...['--threads', '1', '--device', 'cpu', '--patience', '4'],
  ]);
const runIn = (runs: string): string => listRunFolders(runs)[0] ?? 'no run';
const inspect = <T>(runs: string, look: (run: ReturnType<typeof openRunReadOnly>) => T): T => {
  const open = openRunReadOnly(runIn(runs));
  try {
    return look(open);
  } finally {
    open.close();
  }
};
const count = (text: string, type: string): number => text.split(`"type":"${type}"`).length - 1;

describe('a search by four workers', () => {
  it(
    'of which workers, Redis and the search itself are killed at random ends like an undisturbed one',
    async () => {
      const local = join(folder, 'local');
      const straight = await runProgram(search(local), environment());
      expect([straight.code, straight.stderr]).toEqual([0, '']);

      const runs = join(folder, 'killed');
      const draw = Generator.seeded(seed, 'kills');
      const workers = Array.from({ length: 4 }, worker);
      let searching = start([...search(runs), '--queue', redis.url]);
      let output = '';
      const killed = { worker: 0, redis: 0, search: 0 };
      /** Each of the three at least once, the rest as it comes. */
      const victims = Array.from({ length: kills }, (_, kill) =>
        kill < 3
          ? (['worker', 'redis', 'search'] as const)[kill]
          : (['worker', 'worker', 'redis', 'search'] as const)[draw.integer(4)],
      );
      for (const victim of victims) {
        const heard = count(searching.stdout(), 'epochEnded');
        const more = 1 + draw.integer(3);
        while (searching.process.exitCode === null && count(searching.stdout(), 'epochEnded') < heard + more)
          await wait(20);
        if (searching.process.exitCode !== null) break;
        await wait(draw.integer(300));
        if (victim === 'worker') {
          // One that trains, if there is one.
          const busy = workers.flatMap((one, place) =>
            count(one.stdout(), 'trialStarted') > count(one.stdout(), 'trialEnded') ? [place] : [],
          );
          const place = busy.length > 0 ? busy[draw.integer(busy.length)] : draw.integer(workers.length);
          if (place === undefined) continue;
          workers[place]?.process.kill('SIGKILL');
          workers[place] = worker();
        } else if (victim === 'redis') {
          await redis.kill();
          await wait(200 + draw.integer(800));
          await redis.start();
        } else {
          searching.process.kill('SIGKILL');
          output += (await searching.ended()).stdout;
          searching = start(['search', '--json', '--resume', runIn(runs)]);
        }
        if (victim !== undefined) killed[victim] += 1;
      }
      const ended = await searching.ended();
      output += ended.stdout;
      console.log(
        `killed: ${killed.worker} workers, Redis ${killed.redis} times, the search ${killed.search} times; ` +
          `${count(output, 'trialStarted')} trainings of ${children} children, ` +
          `${count(output, 'trialRestored')} of them resumed from a checkpoint`,
      );
      expect([ended.code, ended.stderr]).toEqual([0, '']);
      expect(killed.worker + killed.redis + killed.search).toBe(kills);

      // The same decisions, rewards and controller, bit by bit.
      const course = (of: string): Course => inspect(of, courseOf);
      expect(course(runs)).toEqual(course(local));
      inspect(runs, ({ database }) => {
        const trials = readTrials(database);
        expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: children }, (_, i) => i + 1));
        for (const { number, state, reward } of trials) {
          expect(reward).toBeGreaterThan(0);
          const stored = readEpochs(database, number).map(({ epoch }) => epoch);
          expect(stored).toEqual(
            state === 'reused' ? [] : Array.from({ length: epochs }, (_, epoch) => epoch),
          );
        }
        // Each child ended once, whatever was delivered twice.
        const ends = readEventsAfter(database, 0, 1_000_000).flatMap(({ type, trial }) =>
          type === 'trialCompleted' || type === 'trialReused' ? [trial ?? 0] : [],
        );
        expect(ends.sort((a, b) => a - b)).toEqual(trials.map(({ number }) => number));
      });

      // Workers end on request, and no output contains the password.
      for (const one of workers) one.process.kill('SIGINT');
      for (const one of workers) {
        const { code, stdout, stderr } = await one.ended();
        expect(code).toBe(130);
        expect(stdout + stderr).not.toContain(password);
      }
      expect(output).not.toContain(password);
    },
    150_000 + 20_000 * kills,
  );
});
