/** `npm run screenshots`: pictures of all pages at two sizes and in two themes, into test-results/screenshots. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { runPlaywright } from './e2e.mjs';

const root = resolve(import.meta.dirname, '..');
// Builds what is missing or old.
spawnSync(process.execPath, [join(root, 'scripts', 'cellsmith.mjs'), '--version'], {
  cwd: root,
  stdio: 'ignore',
});
process.exitCode = await runPlaywright(['screenshots.spec.ts'], { CELLSMITH_SCREENSHOTS: '1' });
