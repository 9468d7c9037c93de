import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { presets } from '../src-shared/config/presets';
import { cacheDirectory } from '../src-main/engine/provision/installation';
import { seriousViolations } from './accessibility';
import { makeRun } from './made-runs';
import { newHome, sample, startAgain, startStudio, type Home } from './studio';

let home: Home;
let folder: string;
test.beforeEach(() => {
  home = newHome();
  folder = mkdtempSync(join(tmpdir(), 'cellsmith-desktop-'));
});
test.afterEach(() => {
  home.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Only the engine of this machine; nothing else is cached. */
function ownCache(): Record<string, string> {
  const cache = join(folder, 'cache');
  mkdirSync(cache);
  symlinkSync(join(cacheDirectory(), 'engine'), join(cache, 'engine'), 'junction');
  return { CELLSMITH_CACHE: cache };
}

test('the estimate of a search follows every option, and is measured on this machine on request', async () => {
  const studio = await startStudio(home, { environment: ownCache() });
  const { page } = studio;
  await page.getByRole('link', { name: 'New search' }).click();
  const panel = page.getByRole('region', { name: 'Estimate' });
  await expect(panel).toContainText('Networks of 3 layers157,464');
  await expect(panel.getByRole('button', { name: 'Measure on this machine' })).toBeDisabled();
  await page.getByRole('button', { name: 'Sample images' }).click();
  await expect(panel).toContainText('50 + 13 steps');
  await page.locator('[data-option="space.filters"] input').fill('4, 6');
  await expect(panel).toContainText('Networks of 3 layers46,656');
  await page.locator('[data-option="recipe.validation"] input').fill('0.5');
  await expect(panel).toContainText('31 + 32 steps');

  const measure = panel.getByRole('button', { name: 'Measure on this machine' });
  await measure.click();
  await panel.getByRole('button', { name: 'Cancel' }).click();
  await expect(measure).toBeEnabled();
  await expect(panel).not.toContainText('Total');
  await measure.click();
  await expect(panel.getByRole('progressbar', { name: 'Measuring' })).toBeVisible();
  await expect(panel).toContainText(/Total.+32 children/, { timeout: 120_000 });
  await expect(panel.getByRole('button', { name: 'Measure again' })).toBeEnabled();
  expect(await seriousViolations(studio)).toEqual([]);
  // Larger networks are extrapolated from these, and the panel says so.
  await page.getByRole('radio', { name: /^Laptop/ }).click();
  await page.locator('[data-option="space.extraFilters"] input').fill('200');
  await expect(panel).toContainText('Extrapolated from children of another size');
  // It is stored: a reloaded window shows it.
  await page.reload();
  await page.getByRole('button', { name: 'Sample images' }).click();
  await expect(panel).toContainText('Per child');
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
});

test('settings report the engine, move the folder of runs, and say what new searches take of the machine', async () => {
  const studio = await startStudio(home);
  const { page } = studio;
  await page.getByRole('link', { name: 'Settings' }).click();
  const engine = page.getByRole('region', { name: 'Training engine' });
  await engine.getByRole('button', { name: 'Measure speed' }).click();
  await expect(engine).toContainText(/Matrices\d+ GFLOP\/s/, { timeout: 120_000 });
  await expect(engine).toContainText('oneDNNon');
  await page.getByLabel('Children in parallel').fill('65');
  await page.getByLabel('Children in parallel').press('Tab');
  await expect(page.getByRole('region', { name: 'Devices' })).toContainText(
    'Must be a whole number from 1 to 64',
  );
  await page.getByLabel('Children in parallel').fill('3');
  await page.getByLabel('Children in parallel').press('Tab');
  await page.getByLabel('Train on').selectOption('CPU');
  expect(await seriousViolations(studio)).toEqual([]);

  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  makeRun(elsewhere, { name: 'Made elsewhere', strategy: 'random', children: 4, epochs: 2 });
  await studio.app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, elsewhere);
  await page.getByRole('button', { name: 'Change runs folder…' }).click();
  await expect(page.getByText(elsewhere)).toBeVisible();
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await expect(page.getByRole('link', { name: /Made elsewhere/ })).toBeVisible();
  await page.getByRole('link', { name: 'New search' }).click();
  await expect(page.locator('[data-option="trainers.count"] input')).toHaveValue('3');
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
  expect(readFileSync(join(home.settings, 'logs', 'main.log'), 'utf8')).toMatch(
    /Cellsmith .*\n[^]*engine ready/,
  );

  // All of it is remembered.
  const again = await startStudio(home);
  await again.page.getByRole('link', { name: 'Settings' }).click();
  await expect(again.page.getByText(elsewhere)).toBeVisible();
  await expect(again.page.getByLabel('Children in parallel')).toHaveValue('3');
  await again.page.getByRole('button', { name: 'Use the default folder' }).click();
  await expect(again.page.getByText(home.runs)).toBeVisible();
  await again.app.close();
});

test('what the program is started with, now or a second time, is opened in the one window', async () => {
  const run = makeRun(home.runs, { name: 'Given', strategy: 'random', children: 4, epochs: 2 });
  const studio = await startStudio(home, { open: [run] });
  const { app, page } = studio;
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Given');

  await startAgain(home, sample);
  await expect(page.getByRole('heading', { name: 'cifar10-sample.tar.gz' })).toBeVisible();
  await expect(page.getByRole('img', { name: 'Images of airplane' })).toBeVisible();
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);

  const whole = join(folder, 'whole.json');
  writeFileSync(whole, JSON.stringify({ ...presets.v1.config, name: 'From a friend' }));
  await studio.drop(whole);
  await expect(page.locator('[data-option="name"] input')).toHaveValue('From a friend');
  const part = join(folder, 'part.json');
  writeFileSync(part, JSON.stringify({ preset: 'laptop', recipe: { epochs: 7 } }));
  await studio.drop(part);
  await expect(page.locator('[data-option="recipe.epochs"] input')).toHaveValue('7');
  writeFileSync(part, JSON.stringify({ recipe: { epoch: 7 } }));
  await studio.drop(part);
  await expect(page.getByRole('alert')).toContainText('did you mean recipe.epochs?');
  expect(studio.complaints).toEqual([]);
  await app.close();
});

test('a search is paused in the background when its window closes, and found again', async () => {
  const studio = await startStudio(home);
  const { app, page } = studio;
  await page.getByRole('button', { name: 'Try it with sample images' }).click();
  await page.getByRole('button', { name: 'Search on this data set' }).click();
  await page.locator('[data-option="recipe.epochs"] input').fill('200');
  await page.locator('[data-option="recipe.timeLimit"] input').fill('null');
  await page.getByRole('button', { name: 'Start search' }).click();
  await expect(page.getByRole('progressbar', { name: 'Epoch of child 1' })).toBeVisible({ timeout: 90_000 });
  const answer = (response: number) =>
    app.evaluate(({ BrowserWindow, dialog }, button) => {
      dialog.showMessageBox = () => Promise.resolve({ response: button, checkboxChecked: false });
      BrowserWindow.getAllWindows()[0]?.close();
    }, response);
  const isVisible = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
  await answer(1);
  await expect.poll(isVisible).toBe(false);
  await startAgain(home);
  await expect.poll(isVisible).toBe(true);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('running');
  // Nothing is measured during a search.
  await page.getByRole('link', { name: 'New search' }).click();
  await expect(page.getByRole('region', { name: 'Estimate' })).toContainText('Not available during a run');
  const ended = new Promise((resolve) => app.process().once('exit', resolve));
  await answer(3);
  await ended;
  expect(existsSync(home.runs)).toBe(true);
});
