import { defineConfig } from 'vitest/config';

/** Tests against PyTorch, Keras and TensorFlow in Python, run by scripts/peers.mjs, which names their interpreter in CELLSMITH_PEERS_PYTHON. */
export default defineConfig({
  test: {
    include: ['{src-*,bench}/**/*.peers.test.ts'],
    setupFiles: ['src-main/testing/temporary-folder-of-file.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
