import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashConv } from '../../src-shared/architecture/conv/hash-conv';
import { parseArchitectureFile } from '../../src-shared/architecture-file/architecture-file';
import { createRun } from '../runs/run-folder';
import { readTrial } from '../runs/tables/trials';
import { runSearch } from '../search/search';
import { runProgram } from '../testing/program';
import { runDescription } from '../testing/run-description';
import { searchOf } from '../testing/search-fixture';
import { temporaryFolder } from '../testing/temporary-folder';

let folder: string;
let run: string;
let trial: ReturnType<typeof readTrial>;
beforeAll(async () => {
  folder = temporaryFolder('cellsmith-export-');
  const made = createRun({ within: folder }, runDescription({ name: 'Made <run> & more' }));
  run = made.folder;
  await runSearch(searchOf(made).parts);
  trial = readTrial(made.database, 2);
  made.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const exported = (...parameters: string[]) => runProgram(['runs', 'export', run, ...parameters]);

describe('runs export', () => {
  it('writes the network of a child with its decisions and their probabilities as a file that can be read back', async () => {
    const { code, stdout } = await exported('2');
    expect(code).toBe(0);
    const file = parseArchitectureFile(stdout, 'stdout');
    expect(file).toMatchObject({
      kind: 'conv',
      parameters: trial?.parameters,
      multiplyAdds: trial?.multiplyAdds,
      task: { classes: 2, channels: 3 },
      origin: {
        run: { name: 'Made <run> & more' },
        trial: 2,
        reward: trial?.reward,
        hash: trial?.architectureHash,
      },
    });
    if (file.kind === 'conv') expect(hashConv(file.architecture)).toBe(trial?.architectureHash);
    const tokens = file.origin?.tokens ?? [];
    expect(tokens.map(({ choice }) => choice)).toEqual(trial?.decisions);
    expect(tokens.map(({ logProbability }) => logProbability)).toEqual(
      trial?.logProbabilities.map((log) => Math.min(0, log)),
    );
  });

  it('draws it as SVG that another program can read', async () => {
    const path = join(folder, 'net.svg');
    expect(await exported('2', '--format', 'svg', '--output', path)).toMatchObject({
      code: 0,
      stdout: `${path}\n`,
    });
    expect(readFileSync(path, 'utf8')).toContain('Child 2 of Made &lt;run&gt; &amp; more');
    await expect(sharp(path).metadata()).resolves.toMatchObject({ format: 'svg' });
  });

  it('overwrites a file only with --force, and leaves no temporary files', async () => {
    const place = join(folder, 'place');
    mkdirSync(place);
    const path = join(place, 'net.json');
    writeFileSync(path, 'mine');
    const refused = await exported('2', '-o', path);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/already exists: .*--force/);
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect((await exported('2', '-o', path, '--force')).code).toBe(0);
    expect(parseArchitectureFile(readFileSync(path, 'utf8'), path).origin?.trial).toBe(2);
    expect(readdirSync(place)).toEqual(['net.json']);
  });

  it('reports a missing folder or child', async () => {
    const nowhere = await exported('2', '-o', join(folder, 'no', 'net.json'));
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toMatch(/its folder does not exist/);
    expect(existsSync(join(folder, 'no'))).toBe(false);
    expect((await exported('2', '-o', folder, '--force')).stderr).toMatch(/could not be written/);
    expect(await exported('999')).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/no trial 999/) as string,
    });
    expect(await exported('zero')).toMatchObject({ code: 2 });
    expect(await exported('2', '--format', 'pdf')).toMatchObject({ code: 2 });
  });
});
