import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/**
 * Setup file: gives each test file its own temporary folder, removed when the file ends, with everything that its tests and
 * their processes left there. Tests may become another user (`withoutRights`), who must be able to enter it.
 */
const outer = process.env['TMPDIR'];
const folder = mkdtempSync(join(tmpdir(), 'cellsmith-test-'));
chmodSync(folder, 0o755);
process.env['TMPDIR'] = folder;

afterAll(() => {
  if (outer === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = outer;
  rmSync(folder, { recursive: true, force: true });
});
