import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { listRunFolders } from '../src-main/runs/locations';
import { readManifest } from '../src-main/runs/manifest';
import { openRunReadOnly } from '../src-main/runs/run-folder';
import { readEpochs, readEvaluations } from '../src-main/runs/tables/epochs';
import { seriousViolations } from './accessibility';
import { makeRun } from './made-runs';
import { oldTraining } from './pages/recording';
import { newHome, sample, startStudio, stopSearch, type Home, type Studio } from './studio';

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

/** The run of one given child that there is below the home. */
function singleRun(): string {
  const [folder] = listRunFolders(home.runs).filter(
    (one) => readManifest(one).config.controller.strategy === 'fixed',
  );
  if (folder === undefined) throw new Error('No run of one child has been made.');
  return folder;
}

test('a child is trained longer as a run of its own, tested, stopped and resumed', async () => {
  makeRun(home.runs, { name: 'Tiny', strategy: 'reinforce', children: 4, epochs: 2, on: 'tiny' });
  const studio = await startStudio(home);
  const { page } = studio;
  await page.getByRole('link', { name: /^Tiny/ }).click();
  await page.getByRole('region', { name: 'Best architectures' }).getByRole('button').first().click();
  await page.getByRole('button', { name: 'Train longer…' }).click();
  const dialog = page.getByRole('dialog');
  const start = dialog.getByRole('button', { name: 'Start training' });
  const epochs = dialog.getByRole('textbox', { name: 'Epochs' });
  await expect(epochs).toHaveValue('2');
  await epochs.fill('0');
  await expect(dialog).toContainText('Must be a whole number from 1 to 10000');
  await expect(start).toBeDisabled();
  expect(await seriousViolations(studio)).toEqual([]);
  await epochs.fill('3');
  await dialog.getByRole('textbox', { name: 'Threads' }).fill('1');
  await dialog.getByLabel('Evaluate on the test split at the end').check();
  await start.click();

  const head = page.getByRole('heading', { level: 1 });
  await expect(head).toContainText('running');
  // A reloaded window shows the same, and follows it.
  await page.reload();
  await expect(head).toContainText('finished');
  await expect(page.getByText('3 of 3 epochs', { exact: true })).toBeVisible();
  await expect(page.getByRole('tab', { name: 'Strategy' })).toHaveCount(0);
  const run = openRunReadOnly(singleRun());
  const [evaluation] = readEvaluations(run.database);
  expect(readEpochs(run.database, 1)).toHaveLength(3);
  run.close();
  const tested = (100 * (evaluation?.metric ?? NaN)).toFixed(2);
  await expect(page.getByRole('definition').first()).toHaveText(tested);
  expect(await seriousViolations(studio)).toEqual([]);

  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  const card = page.getByRole('link', { name: /child \d of Tiny/ });
  await expect(card).toContainText(new RegExp(`finished.*test ${tested}`, 's'));
  expect(await seriousViolations(studio)).toEqual([]);
  await card.click();
  await page.getByRole('link', { name: /^Child \d of Tiny/ }).click();

  await page.getByRole('button', { name: 'Train longer…' }).click();
  await epochs.fill('400');
  await start.click();
  await expect(head).toContainText('running');
  // Nothing else may be started meanwhile.
  await page.getByRole('link', { name: 'New search' }).click();
  await expect(page.getByText('A run is in progress: stop it, or wait until it ends.')).toBeVisible();
  await page.getByRole('contentinfo').getByRole('link').click();
  await expect(page.getByText(/^Epoch \d+ of 400$/)).toBeVisible();
  await expect(page.getByText('Epoch 1 of 400')).toHaveCount(0);
  await stopSearch(studio, 'Stop after epoch');
  await expect(head).toContainText('stopped');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(head).toContainText('running');
  // A killed trainer is restarted, up to a limit; then the child has failed, or the run, if none can be started.
  await expect
    .poll(async () => {
      if ((await head.textContent())?.includes('running') === true) await killTrainers(studio);
      return head.textContent();
    })
    .toMatch(/finished|failed/);
  const problem = page.getByText(/The trainer ended by SIGKILL|A trainer process could not start/);
  await expect(problem.first()).toBeVisible();
  await page.reload();
  await expect(problem.first()).toBeVisible();
  await page.getByRole('button', { name: /^(Resume|Retry failures)$/ }).click();
  await expect(head).toContainText('running');
  await expect(problem).toHaveCount(0);
  await stopSearch(studio, 'Stop now');
  await expect(head).toContainText('stopped');
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
});

test('a trained child is evaluated on the test split once, when it is asked for', async () => {
  makeRun(home.runs, { name: 'Tiny', strategy: 'reinforce', children: 4, epochs: 2, on: 'tiny' });
  const studio = await startStudio(home);
  const { page } = studio;
  await page.getByRole('link', { name: /^Tiny/ }).click();
  await page.getByRole('region', { name: 'Best architectures' }).getByRole('button').first().click();
  // The made run keeps no weights.
  const evaluate = page.getByRole('button', { name: 'Evaluate on the test split' });
  await expect(page.getByRole('button', { name: 'Train longer…' })).toBeVisible();
  await expect(evaluate).toHaveCount(0);
  await page.getByRole('button', { name: 'Train longer…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start training' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('finished');
  await page.getByRole('region', { name: 'Best architectures' }).getByRole('button').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('trained');
  const manifest = join(singleRun(), 'run.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll(sample, '/nowhere/x'));
  // The second press confirms.
  await evaluate.click();
  await evaluate.click();
  const locate = page.getByRole('button', { name: 'Locate the data set…' });
  await expect(locate).toBeVisible();
  await studio.app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, sample);
  await locate.click();
  await expect(page.getByRole('term').filter({ hasText: 'Test' })).toBeVisible();
  await expect(evaluate).toHaveCount(0);
  expect(await seriousViolations(studio)).toEqual([]);
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
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

test('a training of an earlier release is listed and shown as a run', async () => {
  cpSync(oldTraining, join(home.runs, 'of-old'), { recursive: true });
  const studio = await startStudio(home);
  const { page } = studio;
  await page.getByRole('link', { name: /finished/ }).click();
  await expect(page.getByText('3 of 3 epochs', { exact: true })).toBeVisible();
  await expect(page.getByRole('definition').first()).toHaveText('100.00');
  await page.getByRole('region', { name: 'Best architectures' }).getByRole('button').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Child 1: net');
  await page.goBack();
  // It has been tested, and trained to its end.
  await expect(page.getByRole('button', { name: /Resume|Evaluate|Extend/ })).toHaveCount(0);
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
  expect(readdirSync(join(home.runs, 'of-old')).sort()).toEqual(readdirSync(oldTraining).sort());
});
