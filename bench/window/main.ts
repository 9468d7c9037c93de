/**
 * `npm run bench -- window`: how the real window behaves with a run of the paper's size; docs/window.md says what must hold.
 * The run is made by the program's own code, its children judged by their decisions in place of training.
 */
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { makeRun } from '../../e2e/made-runs';
import { newHome, resize, startStudio, type Studio } from '../../e2e/studio';
import { framesDuring, type Frames } from './frames';

interface Options {
  readonly children: number;
  readonly epochs: number;
  readonly rounds: number;
  readonly run?: string;
}

/** What must hold with 6,000 children of 100 epochs. */
const limits = { open: 1000, frame: 100, memory: 500 } as const;
const program = resolve(import.meta.dirname, '..', '..');

/** What is done to the page of the run while its frames are counted. */
const actions: Readonly<Record<string, (studio: Studio) => Promise<void>>> = {
  'the table scrolls': scrollTable,
  'the charts zoom': zoomCharts,
  'the table sorts and filters': sortTable,
  'events of a search arrive': hearEvents,
};

await new Command('bench window')
  .description('Opens a large run in the real window, scrolls its table, zooms its charts, and measures.')
  .option('--children <number>', 'children of the run', positiveInteger, 6000)
  .option('--epochs <number>', 'epochs of each', positiveInteger, 100)
  .option('--rounds <number>', 'how often the run is opened', positiveInteger, 5)
  .option('--run <folder>', 'the folder of a run to measure with, in place of one that is made')
  .action(measure)
  .parseAsync();

async function measure({ children, epochs, rounds, run }: Options): Promise<void> {
  const made = newHome();
  const home = run === undefined ? made : { ...made, runs: dirname(resolve(run)) };
  try {
    if (run === undefined) {
      console.log(`Making a run of ${children} children with ${epochs} epochs each.`);
      makeRun(home.runs, { name: 'Large', strategy: 'reinforce', children, epochs, grows: true });
    }
    const studio = await startStudio(home, { program });
    try {
      await resize(studio, 1440, 900);
      const opened: number[] = [];
      for (let round = 0; round < rounds; round++) opened.push(await open(studio));
      say(
        'the run opens',
        `${opened.map((time) => time.toFixed(0)).join(', ')} ms`,
        Math.max(...opened) < limits.open,
      );
      for (const [what, action] of Object.entries(actions))
        sayFrames(what, await framesDuring(studio.page, () => action(studio)));
      const memory = await rendererMemory(studio);
      say('memory of the renderer', `${memory.toFixed(0)} MiB`, memory < limits.memory);
      if (studio.complaints.length > 0) throw new Error(studio.complaints.join('\n'));
    } finally {
      await studio.app.close();
    }
  } finally {
    made.remove();
  }
}

function say(what: string, figures: string, holds: boolean): void {
  console.log(`${holds ? 'holds ' : 'MISSED'}  ${what}: ${figures}`);
  if (!holds) process.exitCode = 1;
}

function sayFrames(what: string, { longest, slow, count }: Frames): void {
  say(
    what,
    `longest of ${count} frames ${longest.toFixed(0)} ms, ${slow} over ${limits.frame} ms`,
    slow === 0,
  );
}

/** What the measurements use of a page's globals. */
interface PageGlobals {
  readonly document: {
    querySelector(selector: string): { click(): void } | null;
    querySelectorAll(selector: string): { readonly length: number };
  };
  requestAnimationFrame(then: (now: number) => void): void;
}

/** From the click on the run's card until the charts and the table are drawn, in a page that knows nothing yet. Milliseconds. */
async function open({ page }: Studio): Promise<number> {
  await page.getByRole('link', { name: 'Runs' }).click();
  await page.reload();
  await page.locator('a[href*="run?folder="]').first().waitFor();
  return page.evaluate(async () => {
    const globals = globalThis as unknown as PageGlobals;
    const { document } = globals;
    const frame = (): Promise<unknown> => new Promise((next) => globals.requestAnimationFrame(next));
    const started = performance.now();
    document.querySelector('a[href*="run?folder="]')?.click();
    while (
      document.querySelectorAll('tr.child').length === 0 ||
      document.querySelectorAll('.charts canvas').length < 2
    )
      await frame();
    // The current page is painted in the next frame.
    await frame();
    await frame();
    return performance.now() - started;
  });
}

async function scrollTable({ page }: Studio): Promise<void> {
  await page.getByLabel('Table of children').hover();
  for (const far of [120, 800, 20_000])
    for (const sign of [1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1]) {
      await page.mouse.wheel(0, sign * far);
      await page.waitForTimeout(40);
    }
}

async function zoomCharts({ page }: Studio): Promise<void> {
  for (const name of ['Reward over children', 'Curves of children']) {
    const box = await page.getByRole('region', { name }).locator('canvas').boundingBox();
    if (box === null) throw new Error(`There is no chart: ${name}.`);
    const at = (share: number): readonly [number, number] => [
      box.x + share * box.width,
      box.y + box.height / 2,
    ];
    for (let share = 0.1; share < 0.95; share += 0.02) await page.mouse.move(...at(share));
    for (const [from, to] of [
      [0.2, 0.8],
      [0.3, 0.6],
    ] as const) {
      await page.mouse.move(...at(from));
      await page.mouse.down();
      await page.mouse.move(...at(to), { steps: 12 });
      await page.mouse.up();
      await page.waitForTimeout(200);
    }
    await page.mouse.dblclick(...at(0.5));
    await page.waitForTimeout(200);
  }
}

async function sortTable({ page }: Studio): Promise<void> {
  for (const head of ['Reward', 'Parameters', 'Child']) {
    await page
      .getByRole('region', { name: 'Children', exact: true })
      .getByRole('button', { name: head })
      .first()
      .click();
    await page.waitForTimeout(200);
  }
  await page.getByLabel('Search the children').pressSequentially('diverged', { delay: 60 });
  await page.getByLabel('Search the children').fill('');
  await page.waitForTimeout(200);
}

/** Bundles as the search sends them, four a second: progress of eight trainers, and an epoch that ended. */
async function hearEvents({ app, page }: Studio): Promise<void> {
  const folder = new URL(page.url().replace('#', '')).searchParams.get('folder');
  for (let bundle = 0; bundle < 12; bundle++) {
    await app.evaluate(
      ({ BrowserWindow }, { folder, bundle }) => {
        const at = Date.now();
        const events: unknown[] = Array.from({ length: 8 }, (_, index) => ({
          type: 'trialProgress',
          trial: 5001 + index,
          trainer: index + 1,
          epoch: bundle,
          step: 10,
          steps: 100,
          at,
        }));
        const record = {
          kind: 'images',
          epoch: bundle,
          trainLoss: 1,
          trainAccuracy: 0.5,
          validationLoss: 1,
          validationAccuracy: 0.5,
          learningRate: 0.1,
          seconds: 20,
        };
        events.push({ type: 'epochEnded', trial: 5001, trainer: 1, record, at });
        BrowserWindow.getAllWindows()[0]?.webContents.send('cellsmith:runEvents', { folder, events });
      },
      { folder, bundle },
    );
    await page.waitForTimeout(250);
  }
}

/** Resident memory of the process that draws the pages. MiB. */
async function rendererMemory({ app }: Studio): Promise<number> {
  const kibibytes = await app.evaluate(({ app }) =>
    app
      .getAppMetrics()
      .filter(({ type }) => type === 'Tab')
      .reduce((sum, { memory }) => sum + memory.workingSetSize, 0),
  );
  return kibibytes / 1024;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}
