import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presets } from '../../src-shared/config/presets';
import { lockRun } from '../runs/files/lock';
import { tinyArchitecture } from '../testing/data/tiny-images';
import { temporaryFolder } from '../testing/temporary-folder';
import { requireUnfinished } from './choose-training';
import { listTrainings, trainingNamed } from './find-trainings';
import { trainingFiles, writeTrainingRecord, type TrainingRecord } from './training-record';

const record: TrainingRecord = {
  ...{ format: 'cellsmith-training', version: 1, name: 'tiny', createdAt: 7, hidden: null, parameters: 9 },
  child: { kind: 'images', architecture: tinyArchitecture, recipe: presets.demo.config.recipe },
  ...{ seed: 1, software: {}, message: null, epochs: [], averaged: null, test: null },
  data: { location: '/images', fingerprint: 'f', skipUnreadable: false },
  outcome: 'stopped',
};

let runs: string;
beforeAll(() => {
  runs = temporaryFolder('cellsmith-found-');
  for (const [name, outcome] of [
    ['a', 'completed'],
    ['b', null],
  ] as const) {
    mkdirSync(join(runs, name));
    writeTrainingRecord(join(runs, name), { ...record, outcome });
  }
  mkdirSync(join(runs, 'no training'));
  mkdirSync(join(runs, 'z'));
  writeFileSync(trainingFiles(join(runs, 'z')).record, '{}');
});
afterAll(() => rmSync(runs, { recursive: true }));

describe('trainings below a folder', () => {
  it('are listed with how they stand; those that cannot be read by name', () => {
    const lock = lockRun(join(runs, 'b'));
    const during = listTrainings(runs);
    lock.release();
    const states = ({ trainings }: typeof during) =>
      trainings.map(({ training, state }) => [training, state]);
    expect(states(during)).toEqual([
      ['a', 'finished'],
      ['b', 'running'],
    ]);
    expect(during.trainings[1]?.holder?.pid).toBe(process.pid);
    expect(during.broken.map(({ folder }) => folder)).toEqual([join(runs, 'z')]);
    expect(states(listTrainings(runs))).toEqual([
      ['a', 'finished'],
      ['b', 'interrupted'],
    ]);
  });

  it('are found by their names, and nothing else is', () => {
    expect(trainingNamed(runs, 'a')).toBe(join(runs, 'a'));
    for (const name of ['', '.', '..', 'no training', '../a', 'a/', `${runs}/a`, 'missing'])
      expect(() => trainingNamed(runs, name)).toThrow('There is no training');
  });
});

it('a training is gone on with only where something is left to do', () => {
  const completed = { ...record, outcome: 'completed' } as const;
  const tested = { ...completed, test: { measure: 0.5, draws: 0, at: 8 } };
  requireUnfinished('/a', record, false);
  requireUnfinished('/a', completed, true);
  expect(() => requireUnfinished('/a', completed, false)).toThrow('through all of its epochs');
  expect(() => requireUnfinished('/a', tested, true)).toThrow('a test is taken once');
});
