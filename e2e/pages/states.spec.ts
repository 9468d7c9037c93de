import { expect } from '@playwright/test';
import { sample } from '../studio';
import { looksRight } from './look';
import { test } from './page-test';
import { recordedRun } from './recording';
import { openPage, recorded, type Answer, type Answers } from './recorded-program';

const to = (page: string, query: Readonly<Record<string, string>>): string =>
  `${page}?${new URLSearchParams(query).toString().replaceAll('+', '%20')}`;
const problem = { problem: 'The disk is away: connect it and try again.' };
const lastChild = String(recordedRun.children);

/** Addresses of the recorded pages. */
const run = (query: Readonly<Record<string, string>> = {}): string =>
  to('/run', { folder: recorded('openRun').request.folder, ...query });
const child = (trial = lastChild): string =>
  to('/run/child', { folder: recorded('openRun').request.folder, trial });
const file = (): string => to('/architecture', { path: recorded('openArchitecture').request.path });
const compared = (): string => to('/compare', { run: recorded('openRun').request.folder });
/** The run of one given child. */
const single = (): string => to('/run', { folder: recorded('openRun', 2).request.folder });
const onlyChild = (): string =>
  to('/run/child', { folder: recorded('openRun', 2).request.folder, trial: '1' });
const dataset = to('/dataset', { path: sample });

/** The recorded run before its first child. */
function withoutChildren(): Answer {
  const { reply } = recorded('openRun');
  const trials: unknown = JSON.parse(JSON.stringify(reply.trials), (_key, value: unknown) =>
    Array.isArray(value) ? [] : value,
  );
  return { reply: { ...reply, trials, updates: [] } };
}

function withoutEngine(): Answer {
  const engine = { kind: 'failed', problem: { code: 'engine.missing', message: 'pip was not found.' } };
  return { reply: { ...recorded('appState').reply, engine } };
}

/** The run of one child while its trainer has no epoch yet. */
function withoutEpochs(): Answers {
  const { reply } = recorded('openRun', 2);
  const summary = { ...reply.summary, state: 'running', best: null, test: null };
  return {
    openRun: { reply: { ...reply, summary, evaluations: [] } },
    readEpochs: { reply: [{ trial: 1, epochs: [] }] },
  };
}

type State = readonly [address: string, answers: Answers, says: string];

/** Each page in its states, and a text it then shows. */
const states: Readonly<Record<string, () => State>> = {
  'runs, none yet': () => ['/runs', { listRuns: { reply: { runs: [], broken: [] } } }, 'No runs yet.'],
  'runs, looked up': () => ['/runs', { listRuns: 'never' }, 'Loading runs'],
  'runs, not to be read': () => ['/runs', { listRuns: problem }, problem.problem],
  runs: () => ['/runs', {}, 'At random'],
  'runs, without an engine': () => ['/runs', { appState: withoutEngine() }, 'pip was not found.'],
  'runs, one not to be read': () => [
    '/runs',
    { listRuns: { reply: { runs: [], broken: [{ folder: '/x', message: problem.problem }] } } },
    problem.problem,
  ],
  'run of one child': () => [single(), {}, '3 of 3 epochs'],
  'run of one child, in its first epoch': () => [single(), withoutEpochs(), 'There is no epoch yet.'],
  'only child': () => [onlyChild(), {}, 'Test'],
  'data set, being read': () => [dataset, { describeDataset: 'never' }, 'Cancel'],
  'data set, not to be read': () => [dataset, { describeDataset: problem }, problem.problem],
  'data set': () => [dataset, {}, '2,000 images'],
  'data sets, none yet': () => [
    '/datasets',
    { listDatasets: { reply: [] } },
    'No run has used a data set yet.',
  ],
  'data sets, looked up': () => ['/datasets', { listDatasets: 'never' }, 'Loading data sets'],
  'data sets, not to be read': () => ['/datasets', { listDatasets: problem }, problem.problem],
  'data sets': () => ['/datasets', {}, 'Data sets'],
  'new search': () => ['/new', {}, 'Start search'],
  'run, being opened': () => [run(), { openRun: 'never' }, 'Opening the run'],
  'run, damaged': () => [run(), { openRun: problem }, problem.problem],
  'run, without children': () => [run(), { openRun: withoutChildren() }, 'No child has been proposed yet.'],
  run: () => [run(), {}, '240 of 240'],
  strategy: () => [run({ tab: 'strategy' }), {}, 'Update 30 of 30'],
  'strategy, before its first update': () => [
    run({ tab: 'strategy' }),
    { openRun: withoutChildren() },
    'Shown from the first update on',
  ],
  'strategy, not to be read': () => [
    run({ tab: 'strategy' }),
    { readProbabilities: problem },
    problem.problem,
  ],
  configuration: () => [run({ tab: 'configuration' }), {}, 'Batch size m (children per update)'],
  'child, looked up': () => [child(), { readTrial: 'never' }, 'Loading the child'],
  'child that is not there': () => [child('999'), {}, 'This run has no child 999.'],
  'child, not to be read': () => [child(), { readTrial: problem }, problem.problem],
  child: () => [child(), {}, `Child ${lastChild} of Recorded`],
  'architecture, being read': () => [file(), { openArchitecture: 'never' }, 'Reading the file'],
  'architecture, damaged': () => [file(), { openArchitecture: problem }, problem.problem],
  architecture: () => [file(), {}, 'Recurrent cell'],
  models: () => ['/models', {}, 'DenseNet'],
  'published network': () => [to('/architecture', { published: 'densenet-10-4' }), {}, 'DenseNet'],
  'published cell': () => [to('/architecture', { published: 'rnn' }), {}, 'RNN'],
  'no published model': () => [
    to('/architecture', { published: 'none' }),
    {},
    'There is no published model none.',
  ],
  'comparison of nothing': () => ['/compare', {}, 'Nothing to compare yet.'],
  'comparison, being opened': () => [compared(), { openRun: 'never' }, 'Opening runs'],
  'comparison, damaged': () => [compared(), { openRun: problem }, problem.problem],
  settings: () => ['/settings', {}, 'Settings'],
};

for (const [name, state] of Object.entries(states))
  test(`${name}: says it, and looks right`, async ({ page }) => {
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const [address, answers, says] = state();
    await openPage(page, address, answers);
    await expect(page.getByText(says).first()).toBeVisible();
    await looksRight(page);
    expect(complaints).toEqual([]);
  });

test('the comparison shows two runs in each of its views', async ({ page }) => {
  await openPage(page, '/compare');
  await page.getByRole('checkbox', { name: /^Recorded/ }).check();
  await page.getByRole('checkbox', { name: /^At random/ }).check();
  for (const view of ['Best over time', 'Decisions', 'Size', 'Options', 'Published', 'Curves']) {
    await page.getByRole('tab', { name: view }).click();
    await expect(page.getByRole('tabpanel')).not.toBeEmpty();
    await looksRight(page);
  }
});
