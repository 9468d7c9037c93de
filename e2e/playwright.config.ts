import { defineConfig } from '@playwright/test';

/** The real program in the real Electron: `npm run e2e`. One window at a time: searches want the whole machine. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../test-results/e2e',
  workers: 1,
  fullyParallel: false,
  timeout: 300_000,
  expect: { timeout: 45_000 },
  reporter: [['list']],
});
