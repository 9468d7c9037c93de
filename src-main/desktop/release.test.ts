import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { missingLibrariesIn } from '../../scripts/missing-libraries.mjs';

const root = join(import.meta.dirname, '../..');

it('releases cannot be debugged or given options from outside', () => {
  const settings = readFileSync(join(root, 'electron-builder.yml'), 'utf8');
  const [, fuses = ''] = /^electronFuses:\n((?: .*\n)+)/m.exec(settings) ?? [];
  expect(fuses).toMatch(/^ {2}enableNodeCliInspectArguments: false$/m);
  expect(fuses).toMatch(/^ {2}enableNodeOptionsEnvironmentVariable: false$/m);
  expect(fuses).toMatch(/^ {2}onlyLoadAppFromAsar: true$/m);
});

it('libraries that the system lacks are named in one sentence with the line that installs them', () => {
  const listing =
    '\tlibc.so.6 => /lib/libc.so.6 (0x0)\n\tlibgtk-3.so.0 => not found\n\tlibnss3.so => not found\n\tlibsmime3.so => not found\n';
  expect(missingLibrariesIn(listing)).toBe(
    'The window needs libraries that this system lacks (libgtk-3.so.0, libnss3.so, libsmime3.so): install them with ' +
      '`sudo apt install libgtk-3-0 libnss3` on Debian and Ubuntu, and start again.',
  );
  expect(missingLibrariesIn('\tlibc.so.6 => /lib/libc.so.6 (0x0)\n')).toBeNull();
});
