import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { parseArchitectureFile } from '../src-shared/architecture-file/architecture-file';
import { seriousViolations } from './accessibility';
import { newHome, root, sample, startStudio, stopSearch, trainerOf, type Home, type Studio } from './studio';

let home: Home;
test.beforeAll(() => {
  home = newHome();
});
test.afterAll(() => home.remove());

async function setOption({ page }: Studio, path: string, text: string): Promise<void> {
  await page.locator(`[data-option="${path}"] input`).fill(text);
}

test('a data set is dropped, a search is configured, started, watched, stopped, resumed and finished', async () => {
  let studio = await startStudio(home);
  let { page } = studio;
  await expect(page.getByText('No runs yet')).toBeVisible();

  await studio.drop(sample);
  await expect(page.getByRole('heading', { name: 'cifar10-sample.tar.gz' })).toBeVisible();
  await expect(page.getByText('2,000 images')).toBeVisible();
  await expect(page.getByRole('cell', { name: 'airplane', exact: true })).toBeVisible();
  expect(await seriousViolations(studio)).toEqual([]);
  await page.getByRole('button', { name: 'Search on this data set' }).click();

  const start = page.getByRole('button', { name: 'Start search' });
  await expect(start).toBeEnabled();
  await setOption(studio, 'recipe.epochs', '0');
  await expect(page.locator('[data-option="recipe.epochs"]')).toContainText('Must be a whole number from 1');
  await expect(start).toBeDisabled();
  expect(await seriousViolations(studio)).toEqual([]);
  // Long enough to stop and resume the search in the middle of a child.
  await setOption(studio, 'recipe.epochs', '8');
  await setOption(studio, 'name', 'Three children');
  await setOption(studio, 'budget.children', '3');
  await setOption(studio, 'recipe.rewardEpochs', '1');
  await setOption(studio, 'space.filters', '4, 6');
  await setOption(studio, 'space.schedule.initialLayers', '2');
  await setOption(studio, 'recipe.batchSize', '64');

  // What was written survives a reload of the window.
  await page.reload();
  await expect(page.locator('[data-option="name"] input')).toHaveValue('Three children');
  await page.getByRole('button', { name: 'Sample images' }).click();
  await expect(start).toBeEnabled();
  await start.click();

  await expect(page.getByRole('heading', { name: 'Three children' })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('progressbar', { name: /Epoch of child/ }).first()).toBeVisible({
    timeout: 60_000,
  });
  await stopSearch(studio, 'Stop after epoch');
  await expect(page.getByRole('button', { name: 'Resume' })).toBeEnabled({ timeout: 60_000 });
  await expect(page.getByRole('heading', { level: 1 })).toContainText('stopped');

  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible({ timeout: 60_000 });
  // A reloaded window shows the same run, and follows it.
  await page.reload();
  await expect(page.getByText('3 of 3 children')).toBeVisible({ timeout: 120_000 });
  await expect(page.getByRole('heading', { level: 1 })).toContainText('finished');
  await expect(
    page.getByRole('region', { name: 'Best architectures' }).getByRole('button').first(),
  ).toBeVisible();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await seriousViolations(studio)).toEqual([]);
  }

  // The best network is opened from its card and saved; the file is the one that the command line writes.
  await page.getByRole('region', { name: 'Best architectures' }).getByRole('button').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('of Three children');
  const saved = join(home.runs, 'best.json');
  await studio.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, saved);
  await page.keyboard.press('ControlOrMeta+s');
  await expect(page.getByText(`Saved as ${saved}`)).toBeVisible();
  const { origin } = parseArchitectureFile(readFileSync(saved, 'utf8'), saved);
  expect(origin?.validation?.value).toBeGreaterThan(0);
  expect(origin?.tokens.every(({ logProbability }) => logProbability !== null)).toBe(true);
  const [run] = readdirSync(home.runs).filter((name) => existsSync(join(home.runs, name, 'run.json')));
  const exported = spawnSync(
    process.execPath,
    [
      join(root, 'out', 'main', 'cli.js'),
      'runs',
      'export',
      join(home.runs, run ?? ''),
      String(origin?.trial),
    ],
    { encoding: 'utf8' },
  );
  expect(exported.stdout).toBe(readFileSync(saved, 'utf8'));
  await page.getByRole('link', { name: 'Back to the run' }).click();
  await expect(page.getByText('3 of 3 children')).toBeVisible();

  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  expect(await seriousViolations(studio)).toEqual([]);
  await page.getByRole('link', { name: 'Runs' }).click();
  await expect(page.getByRole('link', { name: /Three children/ })).toBeVisible();
  expect(await seriousViolations(studio)).toEqual([]);
  expect(studio.complaints).toEqual([]);
  await studio.app.close();

  // The next start shows the run, and opening it starts nothing.
  studio = await startStudio(home);
  ({ page } = studio);
  await page.getByRole('link', { name: /Three children/ }).click();
  await expect(page.getByText('3 of 3 children')).toBeVisible();
  await expect(page.getByText('Nothing is running')).toBeVisible();

  // A finished run is extended by one more child.
  await page.getByRole('button', { name: 'Extend…' }).click();
  await page.getByLabel('How many more children').fill('1');
  await page.getByRole('button', { name: 'Extend', exact: true }).click();
  await expect(page.getByText('4 of 4 children')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('heading', { level: 1 })).toContainText('finished');
  await studio.app.close();
});

test('a killed trainer is a failed child, a killed program an interrupted run that can be resumed', async () => {
  let studio = await startStudio(home);
  let { page } = studio;
  await page.getByRole('button', { name: 'Try it with sample images' }).click();
  await page.getByRole('button', { name: 'Search on this data set' }).click();
  await setOption(studio, 'name', 'Killed');
  await setOption(studio, 'budget.children', '4');
  await setOption(studio, 'recipe.epochs', '8');
  await setOption(studio, 'recipe.rewardEpochs', '1');
  await setOption(studio, 'trainers.retries', '0');
  await setOption(studio, 'space.filters', '4, 6');
  await page.getByRole('button', { name: 'Start search' }).click();
  await expect(page.getByRole('progressbar', { name: 'Epoch of child 1' })).toBeVisible({ timeout: 60_000 });

  process.kill(await trainerOf(studio), 'SIGKILL');
  const failures = page.getByRole('region', { name: 'Failures' });
  await expect(failures).toContainText(/Child \d: The trainer ended by SIGKILL/);
  await expect(page.getByRole('progressbar', { name: /Epoch of child [2-4]/ })).toBeVisible({
    timeout: 60_000,
  });

  const program = studio.app.process();
  expect(program.exitCode ?? program.signalCode).toBeNull();
  const gone = new Promise((resolve) => program.once('exit', resolve));
  program.kill('SIGKILL');
  await gone;

  studio = await startStudio(home);
  ({ page } = studio);
  await page.getByRole('link', { name: /Killed.*interrupted/ }).click();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText('4 of 4 children, 1 failed')).toBeVisible({ timeout: 120_000 });
  // Closing the program earlier would ask what to do with the search.
  await expect(page.getByRole('heading', { level: 1 })).toContainText('finished', { timeout: 60_000 });
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
});

test('closing the window while a search runs asks what to do with it', async () => {
  const studio = await startStudio(home);
  const { app, page } = studio;
  await page.getByRole('button', { name: 'Try it with sample images' }).click();
  await page.getByRole('button', { name: 'Search on this data set' }).click();
  await setOption(studio, 'name', 'Closed');
  await page.getByRole('button', { name: 'Start search' }).click();
  await expect(page.getByRole('progressbar', { name: 'Epoch of child 1' })).toBeVisible({ timeout: 60_000 });

  const close = (button: number) =>
    app.evaluate(({ BrowserWindow, dialog }, response) => {
      dialog.showMessageBox = () => Promise.resolve({ response, checkboxChecked: false });
      BrowserWindow.getAllWindows()[0]?.close();
    }, button);
  const isVisible = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
  await close(4);
  await expect.poll(isVisible).toBe(true);
  await close(0);
  await expect.poll(isVisible).toBe(false);
  await expect(page.getByRole('button', { name: 'Pause' })).toBeEnabled();
  const ended = new Promise((resolve) => app.process().once('exit', resolve));
  await close(3);
  await ended;
});
