/**
 * Finds folders that import each other: inside src-shared and src-renderer a folder imports another or is
 * imported by it, never both (tests aside). Ends with 1 and the imports of the rarer direction where two do.
 */
import { join, resolve } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const parents = ['src-shared', 'src-renderer'];

/** The folder below `parent` that holds the file, if any. */
function roomOf(parent, file) {
  const [, below] = file.split(`${parent}/`);
  return file.startsWith(`${parent}/`) && below?.includes('/') ? below.split('/')[0] : undefined;
}

/** @returns imports by pair of rooms, 'from>to' → ['file → file'] */
function importsBetweenRooms(parent, modules) {
  const imports = new Map();
  for (const { source, dependencies } of modules)
    for (const { resolved } of dependencies) {
      const [from, to] = [roomOf(parent, source), roomOf(parent, resolved)];
      if (from === undefined || to === undefined || from === to) continue;
      const pair = `${from}>${to}`;
      imports.set(pair, [...(imports.get(pair) ?? []), `${source} → ${resolved}`]);
    }
  return imports;
}

const root = resolve(import.meta.dirname, '..');
process.chdir(root);
const options = await extractOptions(join(root, '.dependency-cruiser.cjs'));
const { output } = await cruise(
  ['src-main', 'src-renderer', 'src-shared'],
  options,
  {},
  { tsConfig: extractTSConfig(join(root, 'tsconfig.json')) },
);

let found = 0;
for (const parent of parents) {
  const imports = importsBetweenRooms(parent, output.modules);
  for (const [pair, there] of imports) {
    const [from, to] = pair.split('>');
    const back = imports.get(`${to}>${from}`);
    if (from > to || back === undefined) continue;
    found += 1;
    console.error(`${parent}: ${from}, ${to} import each other; the rarer direction:`);
    for (const line of there.length < back.length ? there : back) console.error(`  ${line}`);
  }
}
process.exitCode = found === 0 ? 0 : 1;
