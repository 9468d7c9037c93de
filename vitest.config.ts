import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

/** Tests that start programs of this repository, Redis or pip. */
const processes = [
  'src-main/cli/**/{program,*-process,*-killed,export-command,estimate-command}.test.ts',
  'src-main/calibration/**/*.test.ts',
  'src-main/engine/provision/{provision,problems,download}.test.ts',
  'src-main/search/{full-disk,search-killed}.test.ts',
  'src-main/testing/{kills,third-task}/**/*.test.ts',
  'src-main/workers/pool/{ask-trainer,local-pool,test-split}.test.ts',
  'src-main/workers/queue/{queue,worker/taken-job,wire/bullmq-private}.test.ts',
];

/** Tests that load TensorFlow; `npm run engine` installs it. */
const engine = [
  'src-main/engine/**/*.test.ts',
  'src-main/children/**/*.test.ts',
  'src-main/testing/{fuzz,reference}/**/*.test.ts',
];

/** Tests without TensorFlow that compute for more than a few seconds: whole searches, thousands of mutated inputs. */
const long = [
  'src-main/datasets/formats/hostile-input.test.ts',
  'src-main/search/search.test.ts',
  'src-main/strategy/**/learning.test.ts',
  'src-main/testing/simulation/**/*.test.ts',
];

/** Run by scripts/peers.mjs and scripts/test-gpu.mjs. */
const elsewhere = '**/*.{peers,gpu}.test.ts';
const temporaryFolder = 'src-main/testing/temporary-folder-of-file.ts';

/** What a test needs decides its project: `npm run test:fast` runs the first three, which need neither TensorFlow nor a build. */
export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: { name: 'shared', include: ['src-shared/**/*.test.ts'], exclude: [elsewhere], isolate: false },
      },
      {
        extends: true,
        plugins: [vue()],
        test: {
          name: 'renderer',
          include: ['src-renderer/**/*.test.ts'],
          exclude: [elsewhere],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'main',
          include: ['{src-main,scripts,bench}/**/*.test.ts'],
          exclude: [elsewhere, ...engine, ...processes, ...long],
          setupFiles: [temporaryFolder],
          // No engine is found here, installed or not: a test that loads it fails, and belongs to `engine`.
          env: { CELLSMITH_CACHE: resolve('node_modules/.cache/cellsmith/no-engine') },
          isolate: false,
        },
      },
      { extends: true, test: { name: 'long', include: long, setupFiles: [temporaryFolder] } },
      {
        extends: true,
        test: {
          name: 'engine',
          include: engine,
          exclude: [elsewhere, ...processes],
          setupFiles: [temporaryFolder],
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: processes,
          exclude: [elsewhere],
          setupFiles: [temporaryFolder],
          globalSetup: ['src-main/testing/build-once.ts'],
        },
      },
    ],
  },
});
