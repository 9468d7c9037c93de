import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { nasCell } from '../src-shared/architecture/cell/recurrent-cell';
import { architectureFileText } from '../src-shared/architecture-file/architecture-file';
import { cellFile, deepNetworkFile } from './made-files';
import { makeRun } from './made-runs';
import { newHome, resize, root, sample, startStudio, stopSearch, type Studio } from './studio';

const folder = join(root, 'test-results', 'screenshots');
const sizes = [
  [1440, 900],
  [1024, 700],
] as const;

/** Images of what is shown now, at both sizes and in both themes. */
async function image(studio: Studio, name: string): Promise<void> {
  const { page } = studio;
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    for (const [width, height] of sizes) {
      await resize(studio, width, height);
      // Charts take their new size in the next frames.
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(folder, `${name}-${width}x${height}-${theme}.png`) });
    }
  }
  // In narrow windows some parts are folded away.
  await resize(studio, ...sizes[0]);
}

test.skip(process.env['CELLSMITH_SCREENSHOTS'] === undefined, 'only for npm run screenshots');

test('every page', async () => {
  test.setTimeout(600_000);
  const home = newHome();
  const studio = await startStudio(home);
  const { page } = studio;
  await image(studio, 'runs-empty');
  await studio.drop('/nowhere/to/be/found');
  await expect(page.getByRole('alert')).toBeVisible();
  await image(studio, 'dataset-error');
  await studio.drop(sample);
  await expect(page.getByText('2,000 images')).toBeVisible();
  await image(studio, 'dataset');
  await page.getByRole('button', { name: 'Search on this data set' }).click();
  await expect(page.getByRole('button', { name: 'Start search' })).toBeEnabled();
  await image(studio, 'new');
  await page.locator('[data-option="budget.children"] input').fill('many');
  await page.locator('[data-option="budget.hours"] input').fill('-1');
  await image(studio, 'new-wrong');
  await page.locator('[data-option="budget.children"] input').fill('24');
  await page.locator('[data-option="budget.hours"] input').fill('');
  await page.locator('[data-option="recipe.timeLimit"] input').fill('9');
  await page.locator('[data-option="space.filters"] input').fill('4, 6, 24');
  await page.getByRole('button', { name: 'Start search' }).click();
  await expect(page.getByText(/^(9|1\d) of 24 children/)).toBeVisible({ timeout: 400_000 });
  await image(studio, 'run-live');
  await page.getByRole('tab', { name: 'Configuration and log' }).click();
  await image(studio, 'run-log');
  await page.getByRole('tab', { name: 'Overview' }).click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await image(studio, 'run-paused');
  await page.getByRole('button', { name: 'Extend…' }).click();
  await image(studio, 'run-extend');
  await page.keyboard.press('Escape');
  await stopSearch(studio, 'Stop after epoch');
  await expect(page.getByRole('button', { name: 'Resume' })).toBeEnabled({ timeout: 60_000 });
  await page.getByRole('region', { name: 'Best architectures' }).getByRole('checkbox').nth(1).check();
  await page.getByRole('region', { name: 'Best architectures' }).getByRole('checkbox').nth(2).check();
  await image(studio, 'run-stopped');
  await page.getByRole('link', { name: 'Runs' }).click();
  await image(studio, 'runs');
  await page.getByRole('link', { name: 'Settings' }).click();
  await image(studio, 'settings');
  await studio.app.close();
  home.remove();
});

test('architectures', async () => {
  const home = newHome();
  makeRun(home.runs, { name: 'Networks', strategy: 'reinforce', children: 40, epochs: 20 });
  const studio = await startStudio(home);
  const { page } = studio;
  await page.getByRole('link', { name: /Networks/ }).click();
  await image(studio, 'run-finished');
  await page.getByRole('region', { name: 'Best architectures' }).getByRole('button').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Child');
  await image(studio, 'child');
  await page.getByRole('img', { name: /^Layer 3: / }).focus();
  await image(studio, 'child-layer');
  await page.getByRole('button', { name: 'Decisions' }).click();
  await page.getByLabel('Layout').selectOption('layered');
  await image(studio, 'child-decisions');
  for (const [name, file] of [
    ['network-deep', deepNetworkFile()],
    ['cell', cellFile(nasCell)],
  ] as const) {
    const path = join(home.runs, `${name}.json`);
    writeFileSync(path, architectureFileText(file));
    await studio.drop(path);
    await expect(page.getByText(path)).toBeVisible();
    await image(studio, name);
  }
  const made = { children: 400, epochs: 10 };
  makeRun(home.runs, { ...made, name: 'v1 with a controller', strategy: 'reinforce' });
  makeRun(home.runs, { ...made, name: 'v1 at random', strategy: 'random', seed: 2 });
  await page.getByRole('link', { name: 'Compare' }).click();
  await page.getByRole('checkbox', { name: /^v1 with a controller reinforce/ }).check();
  await page.getByRole('checkbox', { name: /^v1 at random random/ }).check();
  for (const child of [0, 1, 3])
    await page
      .getByRole('checkbox', { name: /^Child/ })
      .nth(child)
      .check();
  for (const view of ['Curves', 'Best over time', 'Decisions', 'Size', 'Options', 'Published']) {
    await page.getByRole('tab', { name: view }).click();
    await image(studio, `compare-${view.toLowerCase().replaceAll(' ', '-')}`);
  }
  await page.getByRole('link', { name: 'Models' }).click();
  await image(studio, 'models');
  await page.getByRole('link', { name: 'ResNet-20' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('ResNet-20');
  await image(studio, 'model');
  await page.getByRole('button', { name: 'Train…' }).click();
  await image(studio, 'model-train');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('link', { name: 'Datasets' }).click();
  await image(studio, 'datasets');
  await studio.app.close();
  home.remove();
});

test('a run of one architecture', async () => {
  test.setTimeout(300_000);
  const home = newHome();
  const made = { strategy: 'reinforce', children: 40, epochs: 2, on: 'tiny' } as const;
  const run = makeRun(home.runs, { ...made, name: 'Small networks' });
  const studio = await startStudio(home);
  const { page } = studio;
  await page.getByRole('link', { name: /^Small networks/ }).click();
  await page.getByRole('region', { name: 'Best architectures' }).getByRole('button').first().click();
  await page.getByRole('button', { name: 'Train longer…' }).click();
  await image(studio, 'train-dialog');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Epochs' }).fill('many');
  await dialog.getByRole('textbox', { name: 'Threads' }).fill('0');
  await image(studio, 'train-dialog-wrong');
  await dialog.getByRole('textbox', { name: 'Epochs' }).fill('12');
  await dialog.getByRole('textbox', { name: 'Threads' }).fill('1');
  await dialog.getByLabel('Evaluate on the test split at the end').check();
  await dialog.getByRole('button', { name: 'Start training' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('finished', { timeout: 60_000 });
  await image(studio, 'single-finished');
  await page.getByRole('region', { name: 'Best architectures' }).getByRole('button').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Child 1');
  await image(studio, 'single-child');
  await page.goBack();
  await page.getByRole('link', { name: /^Child \d+ of Small networks/ }).click();
  await page.getByRole('button', { name: 'Train longer…' }).click();
  await dialog.getByRole('textbox', { name: 'Epochs' }).fill('200');
  await dialog.getByRole('textbox', { name: 'Threads' }).fill('1');
  await dialog.getByRole('button', { name: /More of the recipe/ }).click();
  await image(studio, 'train-dialog-more');
  await dialog.getByRole('button', { name: 'Start training' }).click();
  await expect(page.getByText(/^Epoch [3-9] of 200$/)).toBeVisible({ timeout: 60_000 });
  await image(studio, 'single-running');
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await image(studio, 'runs-single');
  await page.getByRole('contentinfo').getByRole('link').click();
  await stopSearch(studio, 'Stop after epoch');
  await expect(page.getByRole('button', { name: 'Resume' })).toBeEnabled({ timeout: 60_000 });
  await image(studio, 'single-stopped');
  const manifest = join(run, 'run.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll(sample, '/media/disk/images'));
  await page.getByRole('link', { name: /^Child \d+ of Small networks/ }).click();
  await page.reload();
  await page.getByRole('button', { name: 'Train longer…' }).click();
  await dialog.getByRole('button', { name: 'Start training' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await image(studio, 'train-dialog-gone');
  await studio.app.close();
  home.remove();
});

test('the tabs of a run', async () => {
  test.setTimeout(300_000);
  const home = newHome();
  makeRun(home.runs, { name: 'v1 on six layers', strategy: 'reinforce', children: 800, epochs: 5 });
  makeRun(home.runs, { name: 'Random search', strategy: 'random', children: 800, epochs: 5 });
  const studio = await startStudio(home);
  const { page } = studio;
  await page.getByRole('link', { name: /v1 on six layers/ }).click();
  await page.getByLabel('Random search to compare with').selectOption('Random search');
  await image(studio, 'run-compared');
  await page.getByRole('tab', { name: 'Strategy' }).click();
  await expect(page.getByRole('table', { name: 'Filter height' })).toBeVisible();
  await image(studio, 'run-controller');
  await page.getByRole('tab', { name: 'Configuration and log' }).click();
  await image(studio, 'run-configuration');
  await page.locator('body').press('?');
  await image(studio, 'keys');
  await studio.app.close();
  home.remove();
});
