import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, expect, type ElectronApplication, type Page } from '@playwright/test';

export const root = resolve(import.meta.dirname, '..');
export const sample = join(root, 'assets', 'cifar10-sample.tar.gz');

/** The program, started with separate folders for runs and settings. */
export interface Studio {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** What the pages have complained about: violations of the content security policy, errors. */
  readonly complaints: readonly string[];
  /** Puts a file or folder on the window, as from the system's file manager. */
  drop(path: string): Promise<void>;
}

/** Folders that outlive one start of the program. */
export interface Home {
  readonly runs: string;
  readonly settings: string;
  /** Programs that were started with these folders. */
  readonly programs: ChildProcess[];
  /** Ends those of the programs that a failed test has left, which the test runner would wait for, and removes the folders. */
  remove(): void;
}

export function newHome(): Home {
  const folder = mkdtempSync(join(tmpdir(), 'cellsmith-e2e-'));
  const programs: ChildProcess[] = [];
  return {
    runs: join(folder, 'runs'),
    settings: join(folder, 'settings'),
    programs,
    remove: () => {
      for (const program of programs)
        if (program.exitCode === null && program.signalCode === null) program.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

/** How the program is started. */
export interface Start {
  /** Path to open, as when a folder is opened with the program. */
  readonly open?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The folder of its package.json. */
  readonly program?: string;
}

function switchesOf(home: Home): string[] {
  return ['--no-sandbox', `--user-data-dir=${home.settings}`];
}

/** Starts the program a second time, as from its desktop icon, and waits until that process exits: the first one is notified. */
export async function startAgain(home: Home, ...open: string[]): Promise<void> {
  const electron = process.env['CELLSMITH_ELECTRON'];
  if (electron === undefined) throw new Error('Which Electron? Start the tests by npm run e2e.');
  const second = spawn(electron, [...switchesOf(home), root, ...open], { stdio: 'ignore' });
  await once(second, 'exit');
}

/** Starts the built program; scripts/e2e.mjs names the Electron. */
export async function startStudio(home: Home, more: Start = {}): Promise<Studio> {
  // Without executablePath Playwright takes the Electron of ELECTRON_OVERRIDE_DIST_PATH and holds it until it is attached to it: a window
  // that opens before that may be missed.
  const app = await _electron.launch({
    timeout: 120_000,
    args: [...switchesOf(home), more.program ?? root, ...(more.open ?? [])],
    env: { ...definedOf(process.env), CELLSMITH_RUNS: home.runs, ...more.environment },
  });
  home.programs.push(app.process());
  const page = await app.firstWindow();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  return {
    app,
    page,
    complaints,
    drop: async (path) => {
      const devtools = await app.context().newCDPSession(page);
      const data = { items: [], files: [path], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
        await devtools.send('Input.dispatchDragEvent', { type, x: 500, y: 300, data });
      await devtools.detach();
    },
  };
}

/** The process that trains children, once there is one. */
export async function trainerOf({ app }: Studio): Promise<number> {
  let pid: number | undefined;
  await expect
    .poll(async () => {
      pid = await app.evaluate(
        ({ app }) =>
          app.getAppMetrics().find((process) => process.serviceName === 'node.mojom.NodeService')?.pid,
      );
      return pid ?? 0;
    })
    .toBeGreaterThan(0);
  if (pid === undefined) throw new Error('no trainer');
  return pid;
}

/** Ends the search of the run that is shown. */
export async function stopSearch({ page }: Studio, how: 'Stop after epoch' | 'Stop now'): Promise<void> {
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByRole('menuitem', { name: how }).click();
}

/** Gives the window's content a size. Device-independent pixels. */
export async function resize({ app, page }: Studio, width: number, height: number): Promise<void> {
  await app.evaluate(
    ({ BrowserWindow }, size) => {
      for (const window of BrowserWindow.getAllWindows()) window.setContentSize(size.width, size.height);
    },
    { width, height },
  );
  await expect
    .poll(() =>
      page.evaluate(() => {
        const { innerWidth, innerHeight } = globalThis as unknown as {
          innerWidth: number;
          innerHeight: number;
        };
        return [innerWidth, innerHeight];
      }),
    )
    .toEqual([width, height]);
}

function definedOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
