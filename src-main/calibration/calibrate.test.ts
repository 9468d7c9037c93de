import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { mergeOverrides, parseSettings } from '../../src-shared/config/options/overrides';
import { proposeOne } from '../testing/synthetic-strategy';
import { presets } from '../../src-shared/config/presets';
import { epochSteps, quantile, sampleChildren } from '../../src-shared/estimate/typical-children';
import { evaluationBatches, stepsPerEpoch } from '../children/schedule';
import { loadTrainingData } from '../datasets/images/load-training-data';
import type { PreparedData } from '../datasets/open';
import { prepareFor } from '../datasets/prepare';
import { candidates, strategyOf } from '../search/candidate';
import { dataNeed } from '../search/prepare-search';
import { forkTrainer } from '../workers/trainer-process';
import { calibrate, type CalibrationProgress, keepMeasurement, readMeasurements } from './calibrate';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-calibration-'));
const sample = join(import.meta.dirname, '../../assets/cifar10-sample.tar.gz');
const config = mergeOverrides(
  presets.demo.config,
  parseSettings(['space.filters=4,6', 'trainers.count=2', 'trainers.threads=1']),
);
let data: PreparedData;
beforeAll(async () => {
  data = await prepareFor(dataNeed(config, 'refuse'), sample, { cacheDirectory: folder });
});
afterAll(() => rmSync(folder, { recursive: true }));

const spawn = () => forkTrainer(join(inject('programs'), 'trainer.js'));

describe('a calibration', () => {
  it('trains typical children on every trainer and measures their steps', async () => {
    const heard: CalibrationProgress[] = [];
    const measurement = await calibrate(config, data, {
      spawn: spawn(),
      machine: 'here',
      signal: new AbortController().signal,
      milliseconds: 20,
      onProgress: (progress) => heard.push(progress),
    });
    expect(measurement).toMatchObject({
      kind: 'images',
      machine: 'here',
      name: 'Demo',
      trainers: { count: 2, threads: 1 },
    });
    expect(measurement.children).toHaveLength(5);
    const sizes = measurement.children.map(({ multiplyAdds }) => multiplyAdds);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(heard.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(heard.at(-1)).toMatchObject({ total: 10, millisecondsLeft: 0 });
    const file = join(folder, 'kept', 'measurements.json');
    keepMeasurement(file, { ...measurement, at: 1 });
    keepMeasurement(file, { ...measurement, machine: 'elsewhere' });
    keepMeasurement(file, measurement);
    expect(readMeasurements(file, 'here')).toEqual([measurement]);
    writeFileSync(file, '[{}]');
    expect(readMeasurements(file, 'here')).toEqual([]);
  });

  it('is cancelled, and leaves nothing', async () => {
    const cancelled = new AbortController();
    const calibrating = calibrate(config, data, {
      spawn: spawn(),
      machine: 'here',
      signal: cancelled.signal,
      milliseconds: 60_000,
      onProgress: () => undefined,
    });
    setTimeout(() => cancelled.abort(), 0);
    await expect(calibrating).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(data.trainFolder)).toBe(true);
    expect(readdirSync(folder)).not.toContain('measurements.json');
  });
});

it('the steps of an epoch equal a trainer’s', async () => {
  for (const setting of ['recipe.validation=0.2', 'recipe.validation=333', 'recipe.batchSize=4096']) {
    const one = mergeOverrides(config, parseSettings([setting]));
    if (one.recipe.kind !== 'images') throw new Error('no images');
    const { validation, splitSeed, batchSize } = one.recipe;
    const loaded = await loadTrainingData({ trainFolder: data.trainFolder, validation, seed: splitSeed });
    const batch = Math.min(batchSize, loaded.trainIndices.length);
    expect(epochSteps(one, data.description)).toEqual({
      training: stepsPerEpoch(loaded.trainIndices.length, batch),
      evaluation: evaluationBatches(loaded.validationIndices, batch).length,
      examples: batch,
    });
  }
});

it('typical children are like those that untrained controllers propose', () => {
  const many = mergeOverrides(
    presets.laptop.config,
    parseSettings(['budget.children=160', 'space.schedule.every=20']),
  );
  const candidateOf = candidates(many, data.description);
  // Each untrained controller has a slight preference.
  const proposed = Array.from({ length: 16 }, (_, seed) => {
    const { controller } = presets.laptop.config;
    const strategy = strategyOf({ ...many, seed, controller: { ...controller, replicas: 80 } });
    return Array.from({ length: 160 }, (__, index) => {
      const { depth, decisions } = proposeOne(strategy, index % 80);
      // All depths, and each of the controllers.
      return index % 4 === seed % 4 ? [candidateOf(depth, decisions).parameters] : [];
    }).flat();
  }).flat();
  const drawn = sampleChildren(many, data.description, 640).map(({ parameters }) => parameters);
  for (const share of [0.25, 0.5, 0.75]) {
    const ratio = quantile(drawn, share) / quantile(proposed, share);
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.15);
  }
});
