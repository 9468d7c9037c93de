/**
 * The `default_app.asar` of the fallback Electron: loads the application that the command line names, as stock Electron does.
 * Only what the project needs is understood: `electron [-r MODULE] [--switch] APPLICATION [argument]`.
 */
import { app } from 'electron';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const given = process.argv.slice(1);
const preloads = [];
let application;
while (given.length > 0 && application === undefined) {
  const word = given.shift();
  if (word === '-r' || word === '--require') preloads.push(given.shift());
  else if (word.startsWith('--require=')) preloads.push(word.slice('--require='.length));
  else if (!word.startsWith('-')) application = resolve(word);
}
if (application === undefined) {
  console.error('Usage: electron APPLICATION');
  process.exit(1);
}

const require = createRequire(join(application, 'package.json'));
for (const preload of preloads) require(preload);

const description = JSON.parse(readFileSync(join(application, 'package.json'), 'utf8'));
Object.defineProperty(process, 'defaultApp', { value: true });
app.setName(description.productName ?? description.name);
app.setVersion(description.version);
app.setAppPath(application);

// `ready` is held back until this module has been evaluated, so the application sees it as it would in a packaged Electron.
await import(pathToFileURL(require.resolve(application)).href);
