import { expect, test } from '@playwright/test';
import { seriousViolations } from './accessibility';
import { newHome, startStudio, type Home } from './studio';

let home: Home;
test.beforeEach(() => {
  home = newHome();
});
test.afterEach(() => home.remove());

test('cells are searched for on the sample text, and the best one is drawn next to the LSTM', async () => {
  const studio = await startStudio(home);
  const { page } = studio;
  await page.getByRole('button', { name: 'Try it with a sample text' }).click();
  await page.getByRole('button', { name: 'Search on this data set' }).click();
  await expect(page.getByRole('radio', { name: /^Demo of cells/ })).toBeChecked();
  await expect(page.getByRole('radio', { name: /^v1/ })).toHaveCount(0);
  for (const [path, text] of Object.entries({
    'budget.children': '2',
    'recipe.epochs': '1',
    'recipe.learningRate': '0.1',
    'recipe.size.parameters': '100000',
    'recipe.vocabularyLimit': '500',
  }))
    await page.locator(`[data-option="${path}"] input`).fill(text);
  await page.getByRole('button', { name: 'Start search' }).click();
  await expect(page.getByText('2 of 2 children')).toBeVisible({ timeout: 150_000 });
  await expect(page.getByText('validation perplexitybest, child')).toBeVisible();
  expect(await seriousViolations(studio)).toEqual([]);
  await page.getByRole('region', { name: 'Best architectures' }).getByRole('button').first().click();
  await expect(page.getByRole('heading', { name: 'LSTM' }).first()).toBeVisible();
  await expect(page.getByText(/^a0 = /).first()).toBeVisible();
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
});
