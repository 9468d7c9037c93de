import { defineConfig } from '@playwright/test';

/**
 * `npm run e2e`: the program in Electron, one window at a time, since a search takes the whole machine; and its pages alone, in empty
 * windows of Electron, with recorded replies of the program behind their bridge.
 */
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/e2e',
  workers: 1,
  fullyParallel: false,
  timeout: 300_000,
  // A machine that is busy for a minute fails no release; what passes only on retry is listed as flaky.
  retries: process.env['CI'] === undefined ? 0 : 1,
  expect: { timeout: 45_000 },
  reporter: [['list']],
  projects: [
    { name: 'recording', testMatch: 'pages/record.setup.ts' },
    {
      name: 'pages',
      testMatch: 'pages/*.spec.ts',
      dependencies: ['recording'],
      timeout: 60_000,
      expect: { timeout: 20_000 },
    },
    { name: 'window', testIgnore: 'pages/**' },
  ],
});
