import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { seriousViolations } from './accessibility';
import { makeRun } from './made-runs';
import { newHome, startStudio, type Home } from './studio';

let home: Home;
test.beforeAll(() => {
  home = newHome();
});
test.afterAll(() => home.remove());

test('two runs are compared in every view, and the address holds the choice', async () => {
  const made = { children: 64, epochs: 3 };
  const ours = makeRun(home.runs, { ...made, name: 'With a controller', strategy: 'reinforce' });
  const elsewhere = makeRun(join(home.settings, 'elsewhere'), {
    ...made,
    name: 'At random',
    strategy: 'random',
    seed: 2,
  });
  const studio = await startStudio(home);
  const { app, page } = studio;
  await page.getByRole('link', { name: 'Compare' }).click();
  await expect(page.getByText('Nothing to compare yet')).toBeVisible();
  expect(await seriousViolations(studio)).toEqual([]);

  await page.getByRole('checkbox', { name: /^With a controller reinforce/ }).check();
  // A run from another folder is dropped on the page.
  await studio.drop(elsewhere);
  await expect(page.getByRole('checkbox', { name: /^At random random/ })).toBeChecked();
  const children = page.getByRole('region', { name: 'Children of With a controller' }).getByRole('checkbox');
  await children.nth(0).check();
  await page.getByLabel('Number of a child of At random').fill('5');
  await page.getByLabel('Number of a child of At random').press('Enter');
  await expect(page.getByText('At random, child 5')).toBeVisible();
  await page.getByLabel('Number of a child of At random').fill('99');
  await page.getByLabel('Number of a child of At random').press('Enter');
  await expect(page.getByRole('alert')).toContainText('At random has no child 99');

  const views = {
    'Best over time': 'Strategy against random search',
    Decisions: 'Decisions of the networks',
    Size: 'Pareto front',
    Options: 'Options that differ',
    Published: 'Table 1 of the paper: CIFAR-10',
    Curves: 'Curves of the chosen children',
  } as const;
  for (const [tab, heading] of Object.entries(views)) {
    await page.getByRole('tab', { name: tab }).click();
    await expect(page.getByRole('heading', { name: heading })).toBeVisible();
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousViolations(studio)).toEqual([]);
    }
  }

  await page.getByRole('tab', { name: 'Options' }).click();
  await expect(page.getByRole('row', { name: /Strategy.*reinforce.*random/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /Layers at the start/ })).toHaveCount(0);

  await page.getByRole('tab', { name: 'Published' }).click();
  await expect(
    page.getByRole('row', { name: /◆ With a controller, child \d+ .* validation, other data/ }),
  ).toBeVisible();
  await expect(
    page.getByRole('row', { name: /v3, max pooling and more filters the paper 39 37.4M 3.65 test/ }),
  ).toBeVisible();
  await page.getByLabel('Table', { exact: true }).selectOption('2');
  await expect(
    page.getByRole('row', { name: /base 8 and shared embeddings the paper 54M 62.4 test/ }),
  ).toBeVisible();

  // A filter of the decisions lets some networks through, drawn or written.
  await page.getByRole('tab', { name: 'Decisions' }).click();
  await page.getByRole('button', { name: 'Layer 1 filters' }).click();
  const filter = page.getByRole('group', { name: 'Filter by Layer 1, filters' });
  await filter.getByLabel('to').selectOption('24');
  await expect(page.getByText(/^\d+ of 12\d networks pass the filters/)).toBeVisible();
  expect(await seriousViolations(studio)).toEqual([]);
  const path = join(ours, 'exports', 'decisions.csv');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
  await page.getByRole('button', { name: 'Save the chart: Decisions of the networks' }).click();
  await page.getByRole('menuitem', { name: 'Save numbers as CSV…' }).click();
  await expect(page.getByText(`Saved to ${path}`)).toBeVisible();
  const [head = '', ...rows] = readFileSync(path, 'utf8').trim().split('\r\n');
  const filters = head.split(',').indexOf('Layer 1 filters');
  // The head has a comma in 'Validation accuracy, %', in quotes.
  expect(new Set(rows.map((row) => row.split(',')[filters - 1]))).toEqual(new Set(['24']));
  await page.getByRole('button', { name: 'Clear all filters' }).click();
  const grip = page.locator('[data-axis="filters 1"]');
  const box = await grip.boundingBox();
  if (box === null) throw new Error('There is no axis.');
  await page.mouse.move(box.x + 12, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + 12, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByText(/^\d+ of 12\d networks pass the filters/)).toBeVisible();

  // A reloaded window shows the same; arrows go from view to view.
  await page.getByRole('tab', { name: 'Decisions' }).press('ArrowRight');
  await expect(page.getByRole('heading', { name: 'Pareto front' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Pareto front' })).toBeVisible();
  await expect(page.getByRole('checkbox', { name: /^At random random/ })).toBeChecked();
  await page.getByRole('tab', { name: 'Curves' }).click();
  await expect(page.getByText('At random, child 5')).toBeVisible();

  await page.getByRole('link', { name: 'Datasets' }).click();
  await expect(page.getByText('not there any more')).toBeVisible();
  expect(await seriousViolations(studio)).toEqual([]);
  expect(studio.complaints).toEqual([]);
  await app.close();
});

test('a run on text is compared by its perplexity, and with one on images by the reward', async () => {
  const made = { children: 48, epochs: 3 };
  makeRun(home.runs, { ...made, name: 'Cells', strategy: 'reinforce', on: 'text' });
  makeRun(home.runs, { ...made, name: 'Cells at random', strategy: 'random', on: 'text', seed: 2 });
  makeRun(home.runs, { ...made, name: 'Images', strategy: 'reinforce' });
  const studio = await startStudio(home);
  const { page } = studio;
  await page.getByRole('link', { name: 'Compare' }).click();
  await page.getByRole('checkbox', { name: /^Cells reinforce/ }).check();
  await page.getByRole('checkbox', { name: /^Cells at random/ }).check();
  await page
    .getByRole('checkbox', { name: /^Child \d+ of Cells$/ })
    .first()
    .check();
  await expect(page.getByLabel('Metric')).toContainText('Validation perplexity');
  await page.getByRole('tab', { name: 'Best over time' }).click();
  await expect(page.getByLabel('Compare by')).toHaveValue('perplexity');
  await page.getByRole('tab', { name: 'Decisions' }).click();
  await expect(page.getByRole('button', { name: 'Node 0 combination' })).toBeVisible();
  expect(await seriousViolations(studio)).toEqual([]);
  await page.getByRole('tab', { name: 'Published' }).click();
  await expect(
    page.getByRole('row', { name: /◆ Cells, child \d+ this program .* validation$/ }),
  ).toBeVisible();

  await page.getByRole('checkbox', { name: /^Images reinforce/ }).check();
  await expect(page.getByText('They have only the reward in common')).toBeVisible();
  for (const tab of ['Best over time', 'Size', 'Decisions']) {
    await page.getByRole('tab', { name: tab }).click();
    await expect(page.getByLabel('Compare by')).toHaveValue('reward');
  }
  await page
    .getByRole('checkbox', { name: /^Child \d+ of Images$/ })
    .first()
    .check();
  await page.getByRole('tab', { name: 'Curves' }).click();
  await page.getByLabel('Metric').selectOption('Validation accuracy');
  await expect(page.getByText(/Child \d+ of Cells: another kind of search/)).toBeVisible();
  expect(await seriousViolations(studio)).toEqual([]);
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
});
