import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src-shared/run/run-event';
import { openRun, openRunReadOnly, type WritableRun } from '../runs/run-folder';
import { summariseRun } from '../runs/summarise-run';
import { courseOf, newRun, searchOf } from '../testing/search-fixture';
import { temporaryFolder } from '../testing/temporary-folder';
import { withoutRights } from '../testing/without-rights';
import { runSearch } from './search';

let folder: string;
let disk: string;
const opened: WritableRun[] = [];
beforeEach(() => {
  folder = temporaryFolder('cellsmith-full-');
  disk = join(folder, 'disk');
  mkdirSync(disk);
});
afterEach(() => {
  for (const run of opened.splice(0)) run.close();
  // Lazily: SQLite's connections let go of their files when they are collected.
  if (isRoot) for (const mounted of mounts.splice(0)) execFileSync(tools.unmount, ['--lazy', mounted]);
  rmSync(folder, { recursive: true });
});

const isRoot = process.platform === 'linux' && process.geteuid?.() === 0;
const mounts: string[] = [];
/** Of Linux itself. */
const tools = { mount: 'mount', unmount: 'umount' };
const keep = (run: WritableRun): WritableRun => {
  opened.push(run);
  return run;
};
const filler = (): string => join(disk, 'filler');

/** Leaves not a byte on the disk. */
function fill(): void {
  for (let size = 4_000_000; size >= 1; size = Math.floor(size / 4))
    try {
      for (let part = 0; part < 10; part++) writeFileSync(filler(), Buffer.alloc(size), { flag: 'a' });
    } catch {
      // It is fuller than before.
    }
}

async function straightCourse() {
  const run = keep(newRun(folder));
  await runSearch(searchOf(run).parts);
  return courseOf(run);
}

// Mounting a small file system needs privileges.
describe.runIf(isRoot)('a full disk', () => {
  beforeEach(() => {
    execFileSync(tools.mount, ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]);
    mounts.push(disk);
  });

  it.each([1, 7, 20])(
    'in child %i ends the search with advice; the run opens, and resumes as if uninterrupted',
    async (child) => {
      const run = keep(newRun(disk));
      const { parts, events } = searchOf(run);
      const listener = (event: RunEvent): void => {
        events.push(event);
        if (event.type === 'epochEnded' && event.trial === child && event.record.epoch === 1) fill();
      };
      await expect(runSearch({ ...parts, listener })).rejects.toMatchObject({
        code: 'run.not-writable',
        message: expect.stringMatching(/(disk is full|free some disk space)/) as string,
      });
      run.close();
      expect(existsSync(join(run.folder, 'run.lock'))).toBe(false);
      const read = openRunReadOnly(run.folder);
      expect(['interrupted', 'failed']).toContain(summariseRun(read).state);
      read.close();

      // Retrying while it is full reports so, and damages nothing.
      fill();
      const tryAgain = async (): Promise<unknown> => {
        const full = openRun(run.folder);
        try {
          return await runSearch(searchOf(full).parts);
        } finally {
          full.close();
        }
      };
      await expect(tryAgain()).rejects.toMatchObject({ code: 'run.not-writable' });
      expect(existsSync(join(run.folder, 'run.lock'))).toBe(false);

      rmSync(filler());
      const again = keep(openRun(run.folder));
      expect(await runSearch(searchOf(again).parts)).toBe('finished');
      expect(courseOf(again)).toEqual(await straightCourse());
    },
  );
});

describe.runIf(process.platform !== 'win32')('a folder that has become read-only', () => {
  it('opens for reading, and reports why it cannot be resumed', async () => {
    const run = newRun(disk);
    await runSearch(searchOf(run).parts);
    run.close();
    const course = courseOf(readingOf(run.folder));
    for (const place of [folder, disk]) chmodSync(place, 0o755);
    for (const place of [run.folder, 'controller', 'children', 'checkpoints', 'exports'])
      chmodSync(join(run.folder, place === run.folder ? '' : place), 0o555);
    await withoutRights(async () => {
      expect(courseOf(readingOf(run.folder))).toEqual(course);
      expect(() => openRun(run.folder)).toThrow(
        expect.objectContaining({
          code: 'run.not-writable',
          message: expect.stringMatching(/no permission to write; make the folder writable/) as string,
        }),
      );
      await Promise.resolve();
    });
    chmodSync(run.folder, 0o755);
  });
});

function readingOf(path: string) {
  return openRunReadOnly(path);
}
