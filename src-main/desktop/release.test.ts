import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

it('releases cannot be debugged or given options from outside', () => {
  const settings = readFileSync(join(root, 'electron-builder.yml'), 'utf8');
  const [, fuses = ''] = /^electronFuses:\n((?: .*\n)+)/m.exec(settings) ?? [];
  expect(fuses).toMatch(/^ {2}enableNodeCliInspectArguments: false$/m);
  expect(fuses).toMatch(/^ {2}enableNodeOptionsEnvironmentVariable: false$/m);
  expect(fuses).toMatch(/^ {2}onlyLoadAppFromAsar: true$/m);
});
