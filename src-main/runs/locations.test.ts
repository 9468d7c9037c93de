import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder';
import { defaultRunsFolder, findRunFolder, listRunFolders, makeRunFolder } from './locations';

let runs: string;
beforeEach(() => {
  runs = temporaryFolder('cellsmith-places-');
});
afterEach(() => rmSync(runs, { recursive: true }));

describe('the folder of all runs', () => {
  it('is the user’s data directory on each system, unless CELLSMITH_RUNS names another', () => {
    expect(defaultRunsFolder({}, 'linux', '/home/ann')).toBe('/home/ann/.local/share/cellsmith/runs');
    expect(defaultRunsFolder({ XDG_DATA_HOME: '/data' }, 'linux', '/home/ann')).toBe('/data/cellsmith/runs');
    expect(defaultRunsFolder({ XDG_DATA_HOME: 'data' }, 'linux', '/home/ann')).toBe(
      '/home/ann/.local/share/cellsmith/runs',
    );
    expect(defaultRunsFolder({}, 'darwin', '/Users/ann')).toBe(
      '/Users/ann/Library/Application Support/Cellsmith/runs',
    );
    expect(defaultRunsFolder({ APPDATA: '/roaming' }, 'win32', '/ann')).toBe('/roaming/Cellsmith/runs');
    expect(defaultRunsFolder({ CELLSMITH_RUNS: '/mine' }, 'win32', '/ann')).toBe('/mine');
  });
});

describe('names of runs', () => {
  const make = (): string => {
    const folder = makeRunFolder(runs, 'V3 more/filters', new Date(2031, 0, 9));
    writeFileSync(join(folder, 'run.json'), '{}');
    return folder;
  };

  it('begin with the day and the preset and differ', () => {
    const folders = Array.from({ length: 30 }, make);
    expect(new Set(folders).size).toBe(30);
    for (const folder of folders) expect(folder).toMatch(/2031-01-09-v3-more-filters-[a-z2-9]{4}$/);
    expect(listRunFolders(runs)).toEqual(folders.toSorted());
    expect(listRunFolders(join(runs, 'none'))).toEqual([]);
  });

  it('are found by path, by name and by a unique prefix', () => {
    const folder = make();
    const name = folder.slice(runs.length + 1);
    mkdirSync(join(runs, 'no run'));
    for (const named of [folder, name, name.slice(0, 7)]) expect(findRunFolder(named, runs)).toBe(folder);
    make();
    expect(() => findRunFolder('2031', runs)).toThrow(/Several runs.*2031-01-09-v3.*2031-01-09-v3/);
    expect(() => findRunFolder('2032', runs)).toThrow(/No run "2032".*runs list/);
    expect(() => findRunFolder(join(runs, 'no run'), runs)).toThrow(/has no run\.json/);
  });
});
