import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import sharp from 'sharp';
import { layersOf } from '../src-shared/architecture/conv/layered-network';
import { nasCell } from '../src-shared/architecture/cell/recurrent-cell';
import {
  architectureFileText,
  parseArchitectureFile,
} from '../src-shared/architecture-file/architecture-file';
import { seriousViolations } from './accessibility';
import { cellFile } from './made-files';
import { makeRun } from './made-runs';
import { newHome, startStudio, type Home, type Studio } from './studio';

let home: Home;
let studio: Studio;
test.beforeAll(async () => {
  home = newHome();
  makeRun(home.runs, { name: 'Networks', strategy: 'reinforce', children: 24, epochs: 5 });
  studio = await startStudio(home);
});
test.afterAll(async () => {
  expect(studio.complaints).toEqual([]);
  await studio.app.close();
  home.remove();
});

/** The next save dialog gives this path. */
async function saveTo(name: string): Promise<string> {
  const path = join(home.runs, name);
  await studio.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
  return path;
}

test('a child is opened from the table, its neighbours by arrow keys, its network saved as image and file', async () => {
  const { page } = studio;
  await page.getByRole('link', { name: /Networks/ }).click();
  await page
    .getByRole('row', { name: /trained/ })
    .first()
    .focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Child 24 of Networks');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Child 23 of Networks');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Child 24 of Networks');
  await expect(page.getByRole('img', { name: /^Layer 6: / })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Curves of child 24' }).getByRole('img')).toBeVisible();

  await page.getByRole('img', { name: /^Layer 3: / }).focus();
  await expect(page.locator('tr.here')).toContainText('convolution');
  expect(await seriousViolations(studio)).toEqual([]);
  // Laid out in a worker, which the content security policy must let run.
  await page.getByLabel('Layout').selectOption('layered');
  await expect(page.getByText('Laying out')).toBeHidden();
  await expect(page.getByRole('img', { name: /^Layer 6: / })).toBeVisible();
  await page.getByLabel('Layout').selectOption('column');
  await page.getByRole('button', { name: 'Decisions' }).click();
  await expect(page.getByRole('cell', { name: 'Layer 3, filter height' })).toBeVisible();
  expect(await seriousViolations(studio)).toEqual([]);

  const json = await saveTo('network.json');
  await page.keyboard.press('s');
  await expect(page.getByText(`Saved as ${json}`)).toBeVisible();
  const file = parseArchitectureFile(readFileSync(json, 'utf8'), json);
  expect(file.origin).toMatchObject({ trial: 24, run: { name: 'Networks' } });
  expect(file.kind === 'conv' && layersOf(file.architecture).layers.length).toBe(6);

  const svg = await saveTo('network.svg');
  await page.getByRole('button', { name: 'SVG…' }).click();
  await expect(page.getByText(`Saved as ${svg}`)).toBeVisible();
  const png = await saveTo('network.png');
  await page.getByRole('button', { name: 'PNG…' }).click();
  await expect(page.getByText(`Saved as ${png}`)).toBeVisible();
  const [drawn, painted] = [await sharp(svg).metadata(), await sharp(png).metadata()];
  expect([painted.width, painted.height]).toEqual([2 * drawn.width, 2 * drawn.height]);

  // The file opens on the same page, without the run.
  await studio.drop(json);
  await expect(page.getByText(json)).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Child 24 of Networks');
  await expect(page.getByRole('img', { name: /^Layer 6: / })).toBeVisible();
});

test('a cell is opened from a file, next to the LSTM; a damaged file says which field is wrong', async () => {
  const { page } = studio;
  const file = cellFile(nasCell);
  const path = join(home.runs, 'cell.json');
  writeFileSync(path, architectureFileText(file));
  await studio.drop(path);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Recurrent cell');
  await expect(page.getByRole('img', { name: /^Node 12: identity\(elem_mult\), c_t is read/ })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'LSTM' }).first()).toBeVisible();
  await expect(page.getByText('a8_new = tanh(a8 + c_{t−1})')).toBeVisible();
  expect(await seriousViolations(studio)).toEqual([]);

  writeFileSync(path, architectureFileText(file).replace('"base": 8', '"base": 7'));
  await studio.drop(join(home.runs, 'network.json'));
  await studio.drop(path);
  await expect(page.getByRole('alert')).toContainText('architecture.base: must be one of 2, 4, 8, 16');
});

test('a published network is looked at, and its training begins with the published recipe', async () => {
  const { page } = studio;
  await page.getByRole('link', { name: 'Models' }).click();
  await expect(page.getByRole('row', { name: /^ResNet-20 270k 8\.75/ })).toBeVisible();
  expect(await seriousViolations(studio)).toEqual([]);
  await page.getByRole('link', { name: 'ResNet-20' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('ResNet-20');
  await expect(page.getByText(/^He et al\., 2016/)).toBeVisible();
  expect(await seriousViolations(studio)).toEqual([]);
  await page.getByRole('button', { name: 'Train…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('textbox', { name: 'Epochs' })).toHaveValue('182');
  await expect(dialog.getByText(/cifar10-sample\.tar\.gz$/)).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Start training' })).toBeEnabled();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('link', { name: '← Models' }).click();
  await page.getByRole('link', { name: 'LSTM (medium)', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('LSTM (medium)');
  expect(await seriousViolations(studio)).toEqual([]);
  expect(studio.complaints).toEqual([]);
});
