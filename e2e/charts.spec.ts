import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import sharp from 'sharp';
import { seriousViolations } from './accessibility';
import { makeRun } from './made-runs';
import { newHome, startStudio, type Home } from './studio';

let home: Home;
test.beforeAll(() => {
  home = newHome();
});
test.afterAll(() => home.remove());

test('a chart is saved as image, drawing and table from its corner', async () => {
  const folder = makeRun(home.runs, { name: 'Charts', strategy: 'reinforce', children: 40, epochs: 4 });
  const studio = await startStudio(home);
  const { app, page } = studio;
  await page.getByRole('link', { name: /Charts/ }).click();
  const corner = page.getByRole('button', { name: 'Save the chart: Reward of each child' });
  const saveAs = async (item: string, name: string): Promise<string> => {
    const path = join(folder, 'exports', name);
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, path);
    await corner.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('menuitem', { name: 'Save as PNG…' })).toBeFocused();
    expect(await seriousViolations(studio)).toEqual([]);
    await page.getByRole('menuitem', { name: item }).click();
    await expect(page.getByText(`Saved to ${path}`)).toBeVisible();
    expect(existsSync(path)).toBe(true);
    return path;
  };

  const csv = readFileSync(await saveAs('Save numbers as CSV…', 'reward.csv'), 'utf8');
  expect(csv.split('\r\n')[0]).toBe(
    'Child,"Range of the last 20, lowest","Range of the last 20, highest",Reward,Mean of the last 20,Best so far',
  );
  expect(csv.trim().split('\r\n')).toHaveLength(41);
  const svg = await sharp(await saveAs('Save as SVG…', 'reward.svg')).metadata();
  expect([svg.width, svg.height]).toEqual([960, 540]);
  const png = await sharp(await saveAs('Save as PNG…', 'reward.png')).metadata();
  expect([png.format, png.width, png.height]).toEqual(['png', 1920, 1080]);

  await corner.click();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('menuitem', { name: 'Save numbers as CSV…' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(corner).toBeFocused();
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
});
