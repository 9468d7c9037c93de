import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CellsmithError } from '../../../src-shared/errors';
import { Generator } from '../../../src-shared/random';
import { fuzz, type FuzzPlaces, type FuzzReport, type FuzzTarget } from './fuzz';
import { mutatedBytes } from './mutate-bytes';
import { mutatedJson } from './mutate-json';
import { architectureTarget, configurationTarget, trainingTarget } from './targets/documents';
import { queueTarget, trainerTarget } from './targets/messages';
import {
  databaseBytesTarget,
  databaseContentTarget,
  linksTarget,
  manifestTarget,
} from './targets/run-folder';
import { childStateTarget, controllerTarget, weightsTarget } from './targets/state-files';

/** `npm run fuzz` reads many more. */
const inputs = Number(process.env['CELLSMITH_FUZZ_INPUTS'] ?? 200);
const seed = Number(process.env['CELLSMITH_FUZZ_SEED'] ?? 1);
const first = Number(process.env['CELLSMITH_FUZZ_FIRST'] ?? 0);

const targets: readonly FuzzTarget[] = [
  manifestTarget,
  databaseBytesTarget,
  databaseContentTarget,
  linksTarget,
  controllerTarget,
  childStateTarget,
  weightsTarget,
  architectureTarget,
  configurationTarget,
  trainingTarget,
  queueTarget,
  trainerTarget,
];

describe('what others have written', () => {
  it.each(targets)(
    '$name: whatever it holds is read, or refused with a sentence',
    async (target) => {
      const report = await fuzz(target, { seed, inputs, first });
      if (process.env['CELLSMITH_FUZZ_INPUTS'] !== undefined) console.log(rowOf(report));
      expect(report.problems).toEqual([]);
      // A harness whose inputs are all of one sort would prove little.
      if (inputs >= 200) expect(Object.keys(report.refused).length).toBeGreaterThan(0);
    },
    3_600_000,
  );
});

function rowOf({ name, inputs: all, accepted, refused, slowest, growth }: FuzzReport): string {
  const codes = Object.entries(refused).map(([code, count]) => `${code} ${count}`);
  return `| ${name} | ${all} | ${accepted} | ${codes.join(', ')} | ${slowest.toFixed(0)} ms | ${Math.max(0, growth / 1e6).toFixed(0)} MB |`;
}

describe('the harness', () => {
  const problemsOf = async (attempt: (draw: Generator, places: FuzzPlaces) => unknown): Promise<string> => {
    const target: FuzzTarget = { name: 'a target', prepare: (places) => (draw) => attempt(draw, places) };
    return (await fuzz(target, { seed: 1, inputs: 1 })).problems.join('\n');
  };

  it('sees errors that are not for users, files that change outside, and what all objects come to inherit', async () => {
    const refuse = (code: 'run.damaged' | 'internal') => (): never => {
      throw new CellsmithError(code, 'No.');
    };
    expect(await problemsOf(() => undefined)).toBe('');
    expect(await problemsOf(refuse('run.damaged'))).toBe('');
    expect(await problemsOf(refuse('internal'))).toMatch(/^input 0: .*No\./);
    expect(
      await problemsOf((_draw, { outside }) => writeFileSync(join(outside, 'file.txt'), 'theirs')),
    ).toMatch(/changed a file outside/);
    const polluted = Object.prototype as { polluted?: number };
    try {
      expect(await problemsOf(() => (polluted.polluted = 1))).toMatch(/what all objects inherit/);
    } finally {
      delete polluted.polluted;
    }
  });

  it('makes the same input of the same number', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, index) => index);
    const of = (number: number): string => {
      const draw = Generator.seeded(1, `${number}`);
      return `${mutatedBytes(bytes, draw).join()} ${mutatedJson('{"a":[1,2,{"b":"c"}]}', draw)}`;
    };
    expect(of(1)).toBe(of(1));
    expect(new Set(Array.from({ length: 50 }, (_, number) => of(number))).size).toBe(50);
  });
});
