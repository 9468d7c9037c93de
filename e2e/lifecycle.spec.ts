import { expect, test } from '@playwright/test';
import { seriousViolations } from './accessibility';
import { makeRun } from './made-runs';
import { newHome, startStudio, stopSearch, trainerOf, type Home, type Studio } from './studio';

let home: Home;
test.beforeEach(() => {
  home = newHome();
});
test.afterEach(() => home.remove());

async function startSearch(
  { page }: Studio,
  name: string,
  options: Readonly<Record<string, string>>,
): Promise<void> {
  await page.getByRole('button', { name: 'Try it with sample images' }).click();
  await page.getByRole('button', { name: 'Search on this data set' }).click();
  const all = { name, 'space.filters': '4, 6', 'recipe.rewardEpochs': '1', ...options };
  for (const [path, text] of Object.entries(all))
    await page.locator(`[data-option="${path}"] input`).fill(text);
  await page.getByRole('button', { name: 'Start search' }).click();
  await expect(page.getByRole('progressbar', { name: 'Epoch of child 1' })).toBeVisible({ timeout: 90_000 });
}

test('a search is paused and resumed by a key, and one of its children is stopped', async () => {
  const studio = await startStudio(home);
  const { page } = studio;
  await startSearch(studio, 'Paused', {
    'budget.children': '3',
    'recipe.epochs': '40',
    'recipe.timeLimit': 'null',
  });
  const head = page.getByRole('heading', { level: 1 });
  await page.locator('body').press('Space');
  await expect(head).toContainText('paused');
  await page.waitForTimeout(1500);
  const bar = page.getByRole('progressbar', { name: 'Epoch of child 1' });
  const where = async () => [
    await bar.getAttribute('aria-valuenow'),
    await page.getByText(/^epoch \d+ of/).textContent(),
  ];
  const held = await where();
  await page.waitForTimeout(3000);
  expect(await where()).toEqual(held);
  expect(await seriousViolations(studio)).toEqual([]);

  // A key that goes to a field is a letter.
  await page.locator('body').press('/');
  await expect(page.getByLabel('Search the children')).toBeFocused();
  await page.getByLabel('Search the children').fill(' ');
  await expect(head).toContainText('paused');
  await page.getByLabel('Search the children').fill('');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(head).toContainText('running');
  await expect(page.getByText(/^epoch [3-9] of/)).toBeVisible({ timeout: 120_000 });

  const training = page.getByRole('region', { name: 'In training' });
  await training.getByRole('button', { name: 'Stop child 1' }).click();
  await training.getByRole('button', { name: /Stop child 1: press again/ }).click();
  await expect(page.getByRole('progressbar', { name: 'Epoch of child 2' })).toBeVisible({ timeout: 90_000 });
  const row = page.getByRole('row', { name: /Stopped by you before its last epoch/ });
  await expect(row).toContainText('trained');
  await stopSearch(studio, 'Stop now');
  await expect(head).toContainText('stopped', { timeout: 60_000 });
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
});

test('a child whose trainer was killed is retried on request', async () => {
  const studio = await startStudio(home);
  const { page } = studio;
  await startSearch(studio, 'Retried', {
    'budget.children': '2',
    'recipe.epochs': '8',
    'trainers.retries': '0',
  });
  process.kill(await trainerOf(studio), 'SIGKILL');
  const failures = page.getByRole('region', { name: 'Failures' });
  await expect(failures).toContainText(/Child \d: The trainer ended by SIGKILL/);
  await expect(page.getByText('2 of 2 children, 1 failed')).toBeVisible({ timeout: 120_000 });
  await expect(page.getByRole('heading', { level: 1 })).toContainText('finished', { timeout: 60_000 });
  await failures.getByRole('button', { name: 'Retry failures' }).click();
  await expect(page.getByRole('row', { name: /Trained again/ })).toContainText('trained', {
    timeout: 120_000,
  });
  await expect(page.getByText('2 of 2 children')).toBeVisible();
  await expect(failures).toBeHidden();
  // Closing the program earlier would ask what to do with the search.
  await expect(page.getByRole('heading', { level: 1 })).toContainText('finished', { timeout: 60_000 });
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
});

test('the controller, the configuration and the log have their tabs, and ? lists the keys', async () => {
  const folder = makeRun(home.runs, { name: 'Learned', strategy: 'reinforce', children: 240, epochs: 3 });
  makeRun(home.runs, { name: 'By chance', strategy: 'random', children: 240, epochs: 3 });
  const studio = await startStudio(home);
  const { page } = studio;
  await page.getByRole('link', { name: /Learned/ }).click();
  await page.getByLabel('Random search to compare with').selectOption('By chance');
  await expect(page.getByRole('region', { name: 'Reward over children' })).toContainText('Random search');

  await page.getByRole('tab', { name: 'Strategy' }).click();
  const map = page.getByRole('region', { name: 'Probabilities of the decisions' });
  await expect(map).toContainText('Update 30 of 30');
  await expect(map).toContainText('Networks have 6 layers');
  const first = map.getByRole('table', { name: 'Filter height' });
  const cells = async () => first.getByRole('cell').allTextContents();
  const late = await cells();
  expect(late).toHaveLength(24);
  await page.getByLabel('Update whose probabilities are shown').fill('1');
  await expect(map).toContainText('Update 1 of 30');
  await expect.poll(cells).not.toEqual(late);
  expect(await seriousViolations(studio)).toEqual([]);

  await page.getByRole('tab', { name: 'Configuration and log' }).click();
  await expect(page.getByRole('region', { name: 'Configuration' })).toContainText(
    'Batch size m (children per update)',
  );
  await expect(page.getByRole('region', { name: 'Log' })).toContainText('Nothing has been logged yet');
  // The address holds the tab.
  await page.reload();
  await expect(page.getByRole('tab', { name: 'Configuration and log' })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  expect(await seriousViolations(studio)).toEqual([]);

  await page.locator('body').press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys).toContainText('New search');
  expect(await seriousViolations(studio)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();
  expect(folder).toContain(home.runs);
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
});
