import { defineConfig } from 'vitest/config';

/** What computes on a GPU, one file at a time: `npm run test:gpu` (scripts/test-gpu.mjs). Custom kernels are for CPUs. */
export default defineConfig({
  test: {
    include: [
      'src-main/engine/*.test.ts',
      'src-main/engine/ops/*.test.ts',
      'src-main/children/**/*.test.ts',
      'src-main/testing/reference/*.test.ts',
      'src-main/testing/gpu/*.gpu.test.ts',
    ],
    exclude: ['src-main/engine/load.test.ts'],
    setupFiles: ['src-main/testing/temporary-folder-of-file.ts'],
    globalSetup: ['src-main/testing/build-once.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
