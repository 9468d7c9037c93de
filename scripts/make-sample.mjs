// Cuts the sample of CIFAR-10 that ships in assets/ from an archive of class folders of JPEG files:
//   node scripts/make-sample.mjs <archive.tar.gz> assets/cifar10-sample.tar.gz
// The first 200 training and 50 test images of every class, unchanged. The same source and Node give the same bytes.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, extract, list } from 'tar';

const perClass = { train: 200, test: 50 };

const [source, target] = process.argv.slice(2);
if (source === undefined || target === undefined) {
  console.error('Usage: node scripts/make-sample.mjs <archive.tar.gz> <sample.tar.gz>');
  process.exit(2);
}

const names = [];
await list({ file: source, onReadEntry: (entry) => entry.type === 'File' && names.push(entry.path) });
const taken = new Map();
const chosen = names.sort().filter((name) => {
  const [, split, className] = /^(train|test)\/([^/]+)\/[^/]+\.jpg$/.exec(name) ?? [];
  if (split === undefined) return false;
  const folder = `${split}/${className}`;
  const count = taken.get(folder) ?? 0;
  if (count >= perClass[split]) return false;
  taken.set(folder, count + 1);
  return true;
});
for (const [folder, count] of taken) {
  if (count < perClass[folder.split('/')[0]]) throw new Error(`${folder} has only ${count} images`);
}

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-sample-'));
try {
  const wanted = new Set(chosen);
  await extract({ file: source, cwd: folder, filter: (path) => wanted.has(path) });
  const options = { file: target, cwd: folder, gzip: { level: 9 }, portable: true, noMtime: true };
  await create(options, chosen);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const bytes = readFileSync(target);
const sha256 = createHash('sha256').update(bytes).digest('hex');
console.log(`${chosen.length} images of ${taken.size / 2} classes, ${bytes.length} bytes, sha256 ${sha256}`);
