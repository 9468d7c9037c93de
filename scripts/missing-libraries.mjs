/** What Electron needs of a Linux system, and the Debian packages that hold it. */
import { spawnSync } from 'node:child_process';

/** By the beginning of a library's name. */
const packages = {
  'libgtk-3': 'libgtk-3-0',
  libnss3: 'libnss3',
  libnssutil3: 'libnss3',
  libsmime3: 'libnss3',
  libnspr4: 'libnspr4',
  libasound: 'libasound2',
  libgbm: 'libgbm1',
  libXss: 'libxss1',
  libXtst: 'libxtst6',
  libdrm: 'libdrm2',
  'libatk-bridge': 'libatk-bridge2.0-0',
  'libatk-1': 'libatk1.0-0',
  libatspi: 'libatspi2.0-0',
  libcups: 'libcups2',
  'libdbus-1': 'libdbus-1-3',
  libxkbcommon: 'libxkbcommon0',
  libXcomposite: 'libxcomposite1',
  libXdamage: 'libxdamage1',
  libXfixes: 'libxfixes3',
  libXrandr: 'libxrandr2',
  libpango: 'libpango-1.0-0',
  libcairo: 'libcairo2',
  libexpat: 'libexpat1',
  libX11: 'libx11-6',
  libxcb: 'libxcb1',
  libXext: 'libxext6',
};

/**
 * One sentence that names the libraries a program lacks and the line that installs them; null when it has all.
 * @param listing what `ldd` says of the program
 */
export function missingLibrariesIn(listing) {
  const names = [...listing.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name);
  if (names.length === 0) return null;
  const known = names.flatMap((name) => {
    const found = Object.keys(packages).find((beginning) => name.startsWith(beginning));
    return found === undefined ? [] : [packages[found]];
  });
  const line = `sudo apt install ${[...new Set(known)].join(' ')}`;
  const how =
    known.length === 0
      ? 'install the packages of your system that hold them'
      : `install them with \`${line}\` on Debian and Ubuntu`;
  return `The window needs libraries that this system lacks (${names.join(', ')}): ${how}, and start again.`;
}

export function missingLibraries(executable) {
  if (process.platform !== 'linux') return null;
  const { stdout } = spawnSync('ldd', [executable], { encoding: 'utf8' });
  return missingLibrariesIn(stdout ?? '');
}
