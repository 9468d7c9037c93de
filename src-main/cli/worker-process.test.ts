import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cacheDirectory } from '../engine/provision/installation';
import { listRunFolders } from '../runs/locations';
import { runProgram, startProgram } from '../testing/program';
import { redisServer, type RedisServer } from '../testing/queue/redis-server';
import { temporaryFolder } from '../testing/temporary-folder';
import { tinyDataset } from '../testing/data/tiny-dataset';

const password = 'hush-%-hush';
let folder: string;
let data: string;
let redis: RedisServer;
let authority: string;
beforeAll(async () => {
  folder = temporaryFolder('cellsmith-worker-');
  data = (await tinyDataset(folder)).source;
  const certificates = join(folder, 'certificates');
  mkdirSync(certificates);
  authority = join(certificates, 'certificate.pem');
  const key = join(certificates, 'key.pem');
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=lab'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', authority],
    ],
    { stdio: 'ignore' },
  );
  redis = await redisServer({
    folder: join(folder, 'redis'),
    password,
    tls: { certificate: authority, key },
  });
});
afterAll(async () => {
  await redis.end();
  rmSync(folder, { recursive: true });
});

const environment = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  XDG_CACHE_HOME: join(folder, 'cache'),
  CELLSMITH_CACHE: cacheDirectory(),
  CELLSMITH_QUEUE_CA: authority,
  ...more,
});
const secret = { CELLSMITH_QUEUE_PASSWORD: password };
const search = (runs: string, ...more: string[]): string[] => [
  ...['search', '--data', data, '--runs', join(folder, runs), '--children', '3', '--queue', redis.url],
  ...['--set', 'recipe.side=8', '--set', 'recipe.augmentation.enlargedSide=10', '--set', 'recipe.epochs=2'],
  ...[
    '--set',
    'recipe.validation=30',
    '--set',
    'recipe.batchSize=16',
    '--set',
    'controller.childrenPerUpdate=3',
  ],
  ...more,
];
const worker = (...more: string[]): string[] => [
  ...['worker', '--queue', redis.url, '--data', `tiny=${data}`, '--threads', '1', '--device', 'cpu'],
  ...more,
];

describe('a queue with TLS and a password', () => {
  it('trains a search by a worker that starts later, and neither shows the password', async () => {
    const searching = startProgram(search('over tls'), environment(secret));
    await searching.sees(/No worker is at the queue rediss:\/\/127\.0\.0\.1:\d+: the search waits for one/);
    const working = startProgram(worker(), environment(secret));
    const { code, stdout, stderr } = await searching.ended();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/1 worker with 1 trainer on /);
    expect(stdout).toMatch(/3 of 3 children/);
    working.process.kill('SIGINT');
    const ended = await working.ended();
    expect(ended.code).toBe(130);
    expect(ended.stdout).toMatch(/child 1 of [\w-]{8}: epoch 2 of 2, \d+\.\d\d %/);
    const run = listRunFolders(join(folder, 'over tls'))[0] ?? '';
    const kept = ['run.json', 'log.txt'].map((name) => readFileSync(join(run, name), 'utf8')).join('');
    expect(kept).toContain(`"queue": "${redis.url}"`);
    for (const text of [kept, stdout, ended.stdout, ended.stderr])
      for (const form of [password, encodeURIComponent(password)]) expect(text).not.toContain(form);
  });

  it('is refused with advice: a password, a certificate, an address', async () => {
    const web = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    await new Promise<void>((listening) => web.listen(0, '127.0.0.1', listening));
    const { port } = web.address() as AddressInfo;
    const at = (url: string) => ['worker', '--json', '--queue', url, '--data', `tiny=${data}`];
    const messages = await Promise.all([
      runProgram(worker('--json'), environment()),
      runProgram(worker('--json'), environment({ CELLSMITH_QUEUE_PASSWORD: 'wrong-password' })),
      runProgram(worker('--json'), { ...environment(secret), CELLSMITH_QUEUE_CA: '' }),
      runProgram(at(redis.url.replace('rediss', 'redis')), environment({ CELLSMITH_QUEUE_CA: '' })),
      runProgram(at(`redis://127.0.0.1:${port}`), environment({ CELLSMITH_QUEUE_CA: '' })),
      runProgram(at('http://:pass@host'), environment()),
      runProgram(search('away', '--json', '--queue', 'redis://127.0.0.1:1'), environment()),
      runProgram(
        search('stored', '--json', '--set', 'trainers.queue=redis://:pass@host'),
        environment(secret),
      ),
    ]);
    web.close();
    const errors = messages.map(({ code, stderr }) => [code, stderr.trim().split('\n').at(-1)]);
    expect(errors).toEqual([
      [6, expect.stringMatching(/cannot be used: NOAUTH.*CELLSMITH_QUEUE_PASSWORD/)],
      [6, expect.stringMatching(/cannot be used: WRONGPASS.*CELLSMITH_QUEUE_PASSWORD/)],
      [6, expect.stringMatching(/cannot be used: self.signed.*--ca/)],
      [6, expect.stringMatching(/redis:\/\/127\.0\.0\.1:\d+ cannot be used: .*whether it uses TLS/)],
      [6, expect.stringMatching(/cannot be used: .*Check that Redis or Valkey runs there/)],
      [2, expect.stringMatching(/The address of the queue cannot be used/)],
      [
        6,
        expect.stringMatching(
          /redis:\/\/127\.0\.0\.1:1 cannot be used.*Check that Redis or Valkey runs there/,
        ),
      ],
      [2, expect.stringMatching(/trainers\.queue/)],
    ]);
    for (const { stdout, stderr } of messages) expect(stdout + stderr).not.toMatch(/wrong-password|:pass@/);
  });
});

describe('a worker that starts before its queue', () => {
  const away =
    /The queue rediss:\S+ cannot be reached \(connect ECONNREFUSED \S+\)\. .* Ctrl-C ends the worker\./;

  it('reports it once, continues when the queue is up, and then reports a wrong password', async () => {
    await redis.kill();
    const working = startProgram(worker('--json'), environment(secret));
    const mistaken = startProgram(worker(), environment({ CELLSMITH_QUEUE_PASSWORD: 'wrong-password' }));
    await Promise.all([working.sees(/"type":"away"/), mistaken.sees(away)]);
    await wait(2000);
    expect(working.process.exitCode).toBeNull();
    await redis.start();
    const refused = await mistaken.ended();
    expect([refused.code, refused.stderr]).toEqual([6, expect.stringMatching(/cannot be used: WRONGPASS/)]);
    await working.sees(/"type":"ready"/);
    working.process.kill('SIGINT');
    const { code, stdout } = await working.ended();
    expect(code).toBe(130);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => z.looseObject({ type: z.string() }).parse(JSON.parse(line)));
    expect(events.map(({ type }) => type)).toEqual(['away', 'back', 'ready']);
    expect(events[0]).toMatchObject({ message: expect.stringMatching(away) as string });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is ended by one %s', async (signal, code) => {
    await redis.kill();
    const working = startProgram(worker(), environment(secret));
    await working.sees(away);
    working.process.kill(signal);
    expect(await working.ended()).toMatchObject({ code, stderr: '' });
    await redis.start();
  });
});

describe('Ctrl-C at a worker', () => {
  it('once ends after the epoch and returns the child; twice at once', async () => {
    const long = ['--set', 'recipe.epochs=500', '--set', 'keepBest=0', '--json'];
    const searching = startProgram(search('long', ...long), environment(secret));
    const once = startProgram(worker('--json'), environment(secret));
    await once.sees(/"type":"epochEnded"/);
    once.process.kill('SIGINT');
    const first = await once.ended();
    expect([first.code, first.stderr]).toEqual([
      130,
      expect.stringMatching(/^Ending after the current epoch/),
    ]);
    expect(first.stdout.trim().split('\n').at(-1)).toMatch(/"released":"givenBack"/);

    const twice = startProgram(worker('--json'), environment(secret));
    await twice.sees(/"type":"trialStarted"/);
    twice.process.kill('SIGINT');
    await wait(400);
    twice.process.kill('SIGINT');
    expect((await twice.ended()).code).toBe(130);

    // The child is there for the next one.
    const third = startProgram(worker('--json'), environment(secret));
    await third.sees(/"type":"epochEnded"/);
    searching.process.kill('SIGINT');
    expect((await searching.ended()).code).toBe(130);
    await third.sees(/"type":"trialEnded"/);
    third.process.kill('SIGTERM');
    expect((await third.ended()).code).toBe(143);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends it also while the queue is unreachable: %s',
    async (signal) => {
      const working = startProgram(worker('--json'), environment(secret));
      await working.sees(/"type":"ready"/);
      await redis.kill();
      await working.sees(/"type":"away"/);
      working.process.kill(signal);
      await wait(400);
      if (signal === 'SIGINT') working.process.kill(signal);
      expect((await working.ended()).code).toBe(signal === 'SIGINT' ? 130 : 143);
      await redis.start();
    },
  );
});
