import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, test as base, type ElectronApplication, type Page } from '@playwright/test';

/** A test whose page is an empty window of Electron with a separate session, without the program and its preload script. */
export const test = base.extend<{ page: Page }, { electron: ElectronApplication }>({
  electron: [
    // Playwright wants the fixtures that this one needs to be destructured: none.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const settings = mkdtempSync(join(tmpdir(), 'cellsmith-pages-'));
      // scripts/e2e.mjs names the Electron: ELECTRON_OVERRIDE_DIST_PATH.
      const app = await _electron.launch({
        timeout: 120_000,
        args: ['--no-sandbox', `--user-data-dir=${settings}`, join(import.meta.dirname, 'blank-app')],
      });
      await use(app);
      await app.close();
      rmSync(settings, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
    { scope: 'worker' },
  ],
  page: async ({ electron }, use, { testId, retry }) => {
    const opened = electron.waitForEvent('window');
    await electron.evaluate(async ({ BrowserWindow }, partition) => {
      const size = { width: 1280, height: 720, useContentSize: true };
      await new BrowserWindow({ ...size, webPreferences: { partition } }).loadURL('about:blank');
    }, `${testId}-${retry}`);
    const page = await opened;
    await use(page);
    await page.close();
  },
});
