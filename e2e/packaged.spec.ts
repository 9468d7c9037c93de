import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { root } from './studio';

/** Encoding in the fuse wire: the digits 0 and 1. */
const [off, on] = [0x30, 0x31];

test.skip(process.platform !== 'linux', 'the folder of the package is laid out in another way there');

test('the packaged program starts from its archive, and nothing can be attached to it', async () => {
  const electron = process.env['CELLSMITH_ELECTRON'];
  if (electron === undefined) throw new Error('Which Electron? Start the tests by npm run e2e.');
  const folder = mkdtempSync(join(tmpdir(), 'cellsmith-packaged-'));
  try {
    const distribution = dirname(electron);
    const version = readFileSync(join(distribution, 'version'), 'utf8').trim().replace(/^v/, '');
    const built = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules', 'electron-builder', 'out', 'cli', 'cli.js'),
        ...['--linux', 'dir', '--publish', 'never'],
        `-c.electronDist=${distribution}`,
        `-c.electronVersion=${version}`,
        `-c.directories.output=${folder}`,
      ],
      { cwd: root, encoding: 'utf8' },
    );
    expect(built.status, `${built.stdout}${built.stderr}`).toBe(0);
    const program = join(folder, 'linux-unpacked', 'cellsmith');
    const fuses = await getCurrentFuseWire(program);
    expect(fuses[FuseV1Options.EnableNodeCliInspectArguments]).toBe(off);
    expect(fuses[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(off);
    expect(fuses[FuseV1Options.OnlyLoadAppFromAsar]).toBe(on);

    const user = join(folder, 'user');
    const child = spawn(program, ['--no-sandbox', `--user-data-dir=${user}`], {
      stdio: 'ignore',
      env: { ...process.env, CELLSMITH_RUNS: join(folder, 'runs') },
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    try {
      const log = join(user, 'logs', 'main.log');
      const said = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');
      await expect.poll(said).toContain('the window listens');
      await expect.poll(said).toContain('engine ready');
      expect(said()).not.toMatch(/\[error\]/);
    } finally {
      child.kill();
      await ended;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
