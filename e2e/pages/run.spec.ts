import { expect } from '@playwright/test';
import type { Reply } from '../../src-shared/ipc/contract';
import { walkByTab } from './look';
import { test } from './page-test';
import { openPage, recorded, tell } from './recorded-program';

const recordedFolder = (): string => recorded('openRun').request.folder;
const run = (): string => `/run?folder=${encodeURIComponent(recordedFolder())}`;
const at = 0;

test('events of a search are shown: a child begins, its curve grows, it fails with its reason', async ({
  page,
}) => {
  await openPage(page, run());
  await expect(page.getByText('240 of 240').first()).toBeVisible();
  const like = recorded('readTrial').reply;
  const record = recorded('readEpochs').reply[0]?.epochs[0];
  if (record === undefined || like === null) throw new Error('the recording is empty');
  const proposed = {
    ...like,
    number: 241,
    state: 'proposed',
    reward: null,
    measure: null,
    failure: null,
  } as const;
  const sendEvents = (events: Parameters<typeof tell<'runEvents'>>[2]['events']) =>
    tell(page, 'runEvents', { folder: recordedFolder(), events });
  await sendEvents([
    { type: 'trialProposed', trial: proposed, at },
    { type: 'trialStarted', trial: 241, trainer: 1, at },
  ]);
  const training = page.getByRole('region', { name: 'In training' });
  await expect(training).toContainText('Child 241');
  await sendEvents([{ type: 'epochEnded', trial: 241, trainer: 1, record: { ...record, epoch: 0 }, at }]);
  await expect(training).toContainText('epoch 2 of 12');
  await expect(page.getByRole('region', { name: 'Curves of children' })).toContainText('Child 241, running');
  const failure = { reason: 'outOfMemory', message: 'The trainer ran out of memory.' } as const;
  await sendEvents([
    { type: 'trialFailed', trial: { ...proposed, state: 'failed', reward: 0, failure }, ...failure, at },
  ]);
  await expect(page.getByRole('region', { name: 'Failures' })).toContainText(failure.message);
  await expect(training).toContainText('No child is training');
});

test('the run of another program is followed by the events that it stores', async ({ page }) => {
  const { reply } = recorded('openRun');
  const like = recorded('readTrial').reply;
  if (like === null) throw new Error('the recording is empty');
  const trial = { ...like, number: 241, state: 'proposed', reward: null, measure: null } as const;
  const news: Reply<'followRun'> = {
    events: [
      { type: 'trialProposed', trial, at },
      { type: 'trialStarted', trial: 241, trainer: 3, at },
    ],
    last: reply.lastEvent + 2,
    status: 'running',
  };
  await openPage(page, run(), {
    openRun: { reply: { ...reply, summary: { ...reply.summary, state: 'running' } } },
    followRun: { reply: news },
  });
  await expect(page.getByText('Another program is running this search')).toBeVisible();
  await expect(page.getByRole('region', { name: 'In training' })).toContainText('Child 241');
  await expect(page.getByRole('region', { name: 'Children', exact: true })).toContainText('241 of 241');
});

test('chosen curves are part of the address, and are restored when the page is reloaded', async ({
  page,
}) => {
  await openPage(page, run());
  const best = page.getByRole('region', { name: 'Best architectures' }).getByRole('checkbox');
  await best.nth(1).check();
  await best.nth(2).check();
  const legend = page.getByRole('region', { name: 'Curves of children' }).getByRole('listitem');
  await expect(legend).toHaveCount(2);
  const names = await legend.allTextContents();
  await page.reload();
  await expect(legend).toHaveText(names);
});

test('the table sorts, searches and filters, and shows the rows that are seen alone', async ({ page }) => {
  await openPage(page, run());
  const table = page.getByRole('region', { name: 'Children', exact: true });
  await expect(table).toContainText('240 of 240');
  expect(await table.locator('tr.child').count()).toBeLessThan(60);
  await table.getByRole('button', { name: 'Reward' }).click();
  await expect(table.getByRole('columnheader', { name: 'Reward' })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
  const rewards = await table.locator('tr.child td:nth-child(6)').allTextContents();
  expect(rewards.map(Number)).toEqual(rewards.map(Number).toSorted((a, b) => b - a));
  await table.getByLabel('Search the children').fill('17');
  await expect(table.locator('tr.child')).toHaveCount(1);
  await table.getByLabel('Search the children').fill('');
  await table.getByLabel('Filter by state').selectOption('failed');
  await expect(table.locator('tr.child').first()).toContainText('failed');
});

test('a narrow window folds the side away, and the button brings it back', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 700 });
  await openPage(page, run());
  const best = page.getByRole('region', { name: 'Best architectures' });
  await expect(page.getByRole('region', { name: 'Reward over children' })).toBeVisible();
  await expect(best).toBeHidden();
  await page.getByRole('button', { name: 'Show sidebar' }).click();
  await expect(best).toBeVisible();
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(page.getByRole('button', { name: 'Hide sidebar' })).toBeHidden();
});

test('everything of a run is reached by Tab, and each stop has a ring', async ({ page }) => {
  await openPage(page, run());
  await expect(page.getByText('240 of 240').first()).toBeVisible();
  expect(await walkByTab(page, 45)).toBeGreaterThan(25);
});
