import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { lockRun } from '../src-main/runs/files/lock';
import { listTrainingFolders } from '../src-main/training/find-trainings';
import { readTrainingRecord } from '../src-main/training/training-record';
import { seriousViolations } from './accessibility';
import { makeRun } from './made-runs';
import { makeTraining } from './made-trainings';
import { newHome, startStudio, stopSearch, type Home, type Studio } from './studio';

let home: Home;
test.beforeEach(() => {
  home = newHome();
});
test.afterEach(() => home.remove());

async function killTrainers({ app }: Studio): Promise<void> {
  await app.evaluate(({ app }) => {
    for (const { name, pid } of app.getAppMetrics())
      if (name === 'Cellsmith trainer') process.kill(pid, 'SIGKILL');
  });
}

test('a child is trained longer, measured on the test split, stopped and gone on with', async () => {
  makeRun(home.runs, { name: 'Tiny', strategy: 'reinforce', children: 4, epochs: 2, on: 'tiny' });
  const studio = await startStudio(home);
  const { page } = studio;
  await page.getByRole('link', { name: /^Tiny/ }).click();
  await page.getByRole('region', { name: 'Best architectures' }).getByRole('button').first().click();
  await page.getByRole('button', { name: 'Train longer…' }).click();
  const dialog = page.getByRole('dialog');
  const start = dialog.getByRole('button', { name: 'Start training' });
  const epochs = dialog.getByLabel('Epochs');
  await expect(epochs).toHaveValue('2');
  await epochs.fill('0');
  await expect(dialog).toContainText('Must be a whole number from 1 to 10000');
  await expect(start).toBeDisabled();
  expect(await seriousViolations(studio)).toEqual([]);
  await epochs.fill('3');
  await dialog.getByLabel('Threads').fill('1');
  await dialog.getByLabel('Measure once on the test split at the end').check();
  await start.click();

  const head = page.getByRole('heading', { level: 1 });
  await expect(head).toContainText('running');
  // A reloaded window shows the same, and follows it.
  await page.reload();
  await expect(head).toContainText('finished');
  await expect(page.getByText('3 of 3 epochs', { exact: true })).toBeVisible();
  const figure = page.getByRole('definition').nth(1);
  await expect(figure).toHaveText(/^\d\d?\.\d\d$/);
  const [folder = ''] = listTrainingFolders(home.runs);
  const training = basename(folder);
  const { test: tested, epochs: records } = readTrainingRecord(folder);
  expect(records).toHaveLength(3);
  await expect(figure).toHaveText((100 * (tested?.measure ?? NaN)).toFixed(2));
  expect(await seriousViolations(studio)).toEqual([]);

  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  const row = page.getByRole('table', { name: 'Trainings' }).getByRole('row', { name: training });
  await expect(row).toContainText(/Child \d of Tiny.*finished.*3 of 3/);
  expect(await seriousViolations(studio)).toEqual([]);
  await row.getByRole('link').click();
  await page.getByRole('link', { name: /Child \d of Tiny/ }).click();

  await page.getByRole('button', { name: 'Train longer…' }).click();
  await epochs.fill('400');
  await start.click();
  await expect(head).toContainText('running');
  // Nothing else may be started meanwhile.
  await page.getByRole('link', { name: 'New search' }).click();
  await expect(page.getByText('A training is running: stop it, or wait until it ends.')).toBeVisible();
  await page.getByRole('contentinfo').getByRole('link').click();
  await expect(page.getByText(/^Epoch \d+ of 400$/)).toBeVisible();
  await expect(page.getByText('Epoch 1 of 400')).toHaveCount(0);
  await stopSearch(studio, 'Stop after epoch');
  await expect(head).toContainText('stopped');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(head).toContainText('running');
  // A killed trainer is restarted, up to a limit; the page shows the failure, and the training stores it.
  await expect
    .poll(async () => {
      if ((await head.textContent())?.includes('running') === true) await killTrainers(studio);
      return head.textContent();
    })
    .toContain('failed');
  await expect(page.getByRole('alert')).toContainText(
    /The trainer ended by SIGKILL|A trainer process could not start/,
  );
  await page.reload();
  await expect(page.getByRole('alert')).toContainText(
    /The trainer ended by SIGKILL|A trainer process could not start/,
  );
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(head).toContainText('running');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await stopSearch(studio, 'Stop now');
  await expect(head).toContainText('interrupted');
  expect(studio.complaints).toEqual([]);

  // Closing the window asks what to do with a training, as with a search.
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(head).toContainText('running');
  const ended = new Promise((resolve) => studio.app.process().once('exit', resolve));
  await studio.app.evaluate(({ BrowserWindow, dialog }) => {
    dialog.showMessageBox = (...asked: unknown[]) => {
      const { buttons } = asked.at(-1) as { buttons: string[] };
      return Promise.resolve({ response: buttons.indexOf('Stop now'), checkboxChecked: false });
    };
    BrowserWindow.getAllWindows()[0]?.close();
  });
  await ended;
  const outcomes = listTrainingFolders(home.runs).map((folder) => readTrainingRecord(folder).outcome);
  expect(outcomes.sort()).toEqual(['completed', 'interrupted']);
});

test('data that are gone are named where the data set is', async () => {
  const run = makeRun(home.runs, { name: 'Gone', strategy: 'random', children: 4, epochs: 2, on: 'tiny' });
  const manifest = join(run, 'run.json');
  writeFileSync(
    manifest,
    readFileSync(manifest, 'utf8').replaceAll(/[^"]*cifar10-sample.tar.gz/g, '/nowhere/x'),
  );
  const studio = await startStudio(home);
  const { page } = studio;
  await page.getByRole('link', { name: /^Gone/ }).click();
  await page.getByRole('region', { name: 'Best architectures' }).getByRole('button').first().click();
  await page.getByRole('button', { name: 'Train longer…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Start training' }).click();
  await expect(dialog.getByRole('alert')).toContainText('/nowhere/x');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(readdirSync(home.runs)).toHaveLength(1);
  await studio.app.close();
});

test('a training of another process is looked at until that has ended', async () => {
  const run = makeRun(home.runs, { name: 'Other', strategy: 'random', children: 4, epochs: 2, on: 'tiny' });
  const training = makeTraining(home.runs, run, 'made-elsewhere');
  const lock = lockRun(training);
  const studio = await startStudio(home);
  const { page } = studio;
  await page.getByRole('link', { name: 'made-elsewhere' }).click();
  await expect(page.getByText(`Process ${process.pid} on ${hostname()} trains this`)).toBeVisible();
  await expect(page.getByRole('button', { name: /Stop|Resume/ })).toHaveCount(0);
  lock.release();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('finished');
  await expect(page.getByText('trains this')).toHaveCount(0);
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
});
