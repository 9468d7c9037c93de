import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../testing/data/image-datasets';
import { decodeImage } from './decode-image';
import { tarTree } from '../trees/tar-tree';
import { describeImages, loadImages, recogniseAt } from '../../testing/data/prepared';

const fixtures = join(import.meta.dirname, '..', 'fixtures');
const expected = z
  .object({
    cifar10: z.object({
      classes: z.array(z.string()),
      fingerprint: z.string(),
      trainPerClass: z.array(z.number()),
      mean: z.array(z.number()),
      deviation: z.array(z.number()),
      trainSums: z.array(z.tuple([z.number(), z.number()])),
    }),
    cifar100: z.object({ fingerprint: z.string() }),
  })
  .parse(JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')));

/** The fixtures and what is expected of them were made by scripts/make-dataset-fixtures.py. */
describe('CIFAR-10 as Python writes it', () => {
  let cacheDirectory: string;
  beforeAll(() => {
    cacheDirectory = temporaryFolder();
  });

  it.each([
    ['cifar10-binary', 'cifar10-binary'],
    ['cifar10-python2', 'cifar10-python'],
    ['cifar10-protocol2', 'cifar10-python'],
    ['cifar10-protocol4', 'cifar10-python'],
    ['cifar10-protocol5', 'cifar10-python'],
  ])('%s has the fingerprint, classes and moments that Python computes', async (name, form) => {
    const found = await describeImages(join(fixtures, `${name}.tar.gz`), { cacheDirectory });
    expect(found).toMatchObject({
      form,
      container: 'tar',
      classes: expected.cifar10.classes,
      fingerprint: expected.cifar10.fingerprint,
      splits: { train: { count: 20, perClass: expected.cifar10.trainPerClass }, test: { count: 4 } },
      unreadable: { count: 0 },
    });
    for (const channel of [0, 1, 2]) {
      expect(found.mean[channel]).toBeCloseTo(expected.cifar10.mean[channel] ?? NaN, 9);
      expect(found.deviation[channel]).toBeCloseTo(expected.cifar10.deviation[channel] ?? NaN, 9);
    }
  });

  it('gives every image its own label', async () => {
    const path = join(fixtures, 'cifar10-protocol4.tar.gz');
    const data = await loadImages(path, { cacheDirectory, side: 32, validation: 4, seed: 1 });
    const images = readFileSync(data.imagesFile);
    const labels = readFileSync(data.labelsFile);
    const sums = Array.from({ length: data.count }, (_, i) => {
      const image = images.subarray(i * 3072, (i + 1) * 3072);
      return [labels.readInt32LE(4 * i), image.reduce((sum, byte) => sum + byte, 0)] as const;
    });
    sums.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(sums).toEqual(expected.cifar10.trainSums);
  });

  it.each(['cifar100-python', 'cifar100-binary'])('reads %s', async (form) => {
    const found = await describeImages(join(fixtures, `${form}.tar.gz`), { cacheDirectory });
    expect(found).toMatchObject({ form, fingerprint: expected.cifar100.fingerprint });
    expect(found.classes).toHaveLength(100);
  });

  it('recognises without decoding an image', async () => {
    const opened = await recogniseAt(join(fixtures, 'cifar10-python2.tar.gz'));
    expect(opened).toMatchObject({
      kind: 'images',
      form: 'cifar10-python',
      source: { classes: expected.cifar10.classes },
    });
  });
});

const imageSchema = z.object({ width: z.number(), height: z.number(), pixels: z.array(z.number()) });

describe('images as Pillow writes and reads them', () => {
  const reference = z
    .record(z.string(), imageSchema)
    .parse(JSON.parse(gunzipSync(readFileSync(join(fixtures, 'images.json.gz'))).toString('utf8')));

  it.each(Object.keys(reference))('%s', async (name) => {
    const archive = join(fixtures, 'images.tar.gz');
    const tree = await tarTree(archive, 1);
    for await (const file of tree.read(new Set([name]), 1 << 20)) {
      const image = await decodeImage(await file.read(), name);
      const wanted = reference[name];
      expect([image.width, image.height]).toEqual([wanted?.width, wanted?.height]);
      expect(image.grey).toBe(name.startsWith('grey') || name.startsWith('one-bit'));
      // PNG is exact; two JPEG decoders may differ by rounding
      const tolerance = name.endsWith('.png') ? 0 : 2;
      const differences = wanted?.pixels.map((value, i) => Math.abs(value - (image.pixels[i] ?? NaN)));
      expect(Math.max(...(differences ?? [NaN]))).toBeLessThanOrEqual(tolerance);
      expect(image.pixels).toHaveLength(wanted?.pixels.length ?? NaN);
    }
  });
});
