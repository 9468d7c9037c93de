import { defineConfig } from 'vitest/config';

/** Unit and integration tests lie beside their files; those that need the engine get it provisioned by scripts/test.mjs first. */
export default defineConfig({
  test: {
    include: ['src-*/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
    exclude: ['**/*.peers.test.ts', 'node_modules/**'],
    pool: 'forks',
    globalSetup: ['src-main/testing/build-once.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
