import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { networkOfLayers, type LayeredNetwork } from '../../src-shared/architecture/conv/layered-network';
import { presets } from '../../src-shared/config/presets';
import { temporaryFolder } from '../testing/temporary-folder';
import { readTrainingRecord, trainingFiles, writeTrainingRecord } from './training-record';

const folder = temporaryFolder('cellsmith-record-');
afterAll(() => rmSync(folder, { recursive: true }));

const window = { strideHeight: 1, strideWidth: 1 };
const layers: LayeredNetwork = {
  kind: 'conv',
  layers: [
    { kind: 'convolution', filterHeight: 3, filterWidth: 1, ...window, filters: 6, inputs: [0] },
    { kind: 'maxPooling', height: 2, width: 2, ...window, inputs: [0, 1] },
  ],
  outputs: [2],
  learningRate: 0.05,
};
/** As it was written before networks became graphs. */
const before = {
  ...{ format: 'cellsmith-training', version: 1, name: 'net', createdAt: 7, hidden: null, parameters: 94 },
  child: { kind: 'images', architecture: layers, recipe: presets.demo.config.recipe },
  ...{ seed: 1, software: {}, outcome: 'stopped', message: null, epochs: [], averaged: null, test: null },
  data: { location: '/images', fingerprint: 'f', skipUnreadable: false },
};

it('a training of a network of layers opens as one of its graph, and is written as such', () => {
  writeFileSync(trainingFiles(folder).record, JSON.stringify(before));
  const record = readTrainingRecord(folder);
  const child = { ...before.child, architecture: networkOfLayers(layers) };
  expect(record).toEqual({ ...before, child });
  writeTrainingRecord(folder, record);
  expect(readTrainingRecord(folder)).toEqual(record);
});

it('a network that no trainer takes makes a record damaged', () => {
  const wrong = { ...layers, outputs: [3] };
  const child = { ...before.child, architecture: wrong };
  writeFileSync(trainingFiles(folder).record, JSON.stringify({ ...before, child }));
  expect(() => readTrainingRecord(folder)).toThrow(/training\.json is damaged \(child\.architecture/);
});
