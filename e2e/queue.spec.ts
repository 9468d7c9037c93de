import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { redisServer } from '../src-main/testing/queue/redis-server';
import { seriousViolations } from './accessibility';
import { newHome, resize, root, sample, startStudio, stopSearch } from './studio';

test('a search is trained by a worker of a queue, which its page shows with its machine', async () => {
  const home = newHome();
  mkdirSync(home.runs, { recursive: true });
  const redis = await redisServer({ folder: join(home.runs, '..', 'redis') });
  const parameters = [
    '--queue',
    redis.url,
    '--data',
    `images=${sample}`,
    '--threads',
    '1',
    '--device',
    'cpu',
  ];
  const worker = spawn(process.execPath, [join(root, 'out', 'main', 'cli.js'), 'worker', ...parameters], {
    stdio: 'ignore',
  });
  try {
    const studio = await startStudio(home);
    const { page } = studio;
    await resize(studio, 1440, 900);
    await page.getByRole('button', { name: 'Try it with sample images' }).click();
    await page.getByRole('button', { name: 'Search on this data set' }).click();
    const options = {
      name: 'By a worker',
      'trainers.queue': redis.url,
      'budget.children': '2',
      'recipe.epochs': '400',
      'recipe.timeLimit': 'null',
    };
    for (const [path, text] of Object.entries(options))
      await page.locator(`[data-option="${path}"] input`).fill(text);
    await page.getByRole('button', { name: 'Start search' }).click();
    await expect(page.getByRole('progressbar', { name: 'Epoch of child 1' })).toBeVisible({
      timeout: 90_000,
    });
    const workers = page.getByRole('region', { name: 'Workers' });
    await expect(workers).toContainText(hostname());
    await expect(workers).toContainText('images');
    await expect(workers).toContainText('child 1', { timeout: 30_000 });
    await expect(page.getByRole('region', { name: 'In training' })).toContainText(hostname());
    expect(await seriousViolations(studio)).toEqual([]);
    if (process.env['CELLSMITH_SCREENSHOTS'] !== undefined)
      for (const theme of ['light', 'dark'] as const)
        for (const [width, height] of [
          [1440, 900],
          [1024, 700],
        ] as const) {
          await page.emulateMedia({ colorScheme: theme });
          await resize(studio, width, height);
          await page.waitForTimeout(400);
          const name = `run-queue-${width}x${height}-${theme}.png`;
          await page.screenshot({ path: join(root, 'test-results', 'screenshots', name) });
        }
    // In a narrow window the side of the page folds away.
    await resize(studio, 1440, 900);
    await redis.kill();
    await expect(workers).toContainText('cannot be reached', { timeout: 30_000 });
    await redis.start();
    await expect(workers).not.toContainText('cannot be reached', { timeout: 60_000 });
    await stopSearch(studio, 'Stop now');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('stopped', { timeout: 60_000 });
    expect(studio.complaints).toEqual([]);
    await studio.app.close();
  } finally {
    worker.kill('SIGTERM');
    if (worker.exitCode === null) await once(worker, 'exit');
    await redis.end();
    home.remove();
  }
});
