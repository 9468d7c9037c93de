import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeImages } from '../testing/describe-images';
import { temporaryFolder } from '../testing/image-datasets';

describe('the sample that ships with the program', () => {
  it('has 200 training and 50 test pictures of each of the ten classes, all readable, none twice', async () => {
    const path = join(import.meta.dirname, '..', '..', 'assets', 'cifar10-sample.tar.gz');
    const found = await describeImages(path, { cacheDirectory: temporaryFolder() });
    expect(found).toMatchObject({
      form: 'class-folders',
      container: 'tar',
      classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
      splits: {
        train: { count: 2000, perClass: new Array(10).fill(200) as number[] },
        test: { count: 500, perClass: new Array(10).fill(50) as number[] },
      },
      sizes: [{ width: 32, height: 32, count: 2500 }],
      duplicates: { withinTrain: 0, withinTest: 0, acrossSplits: 0 },
      unreadable: { count: 0 },
      warnings: [],
    });
    // the published moments of CIFAR-10 are 125.3, 123.0, 113.9 and 63.0, 62.1, 66.7; a sample comes near
    [125.3, 123, 113.9].forEach((mean, c) => expect(Math.abs((found.mean[c] ?? NaN) - mean)).toBeLessThan(3));
    [63, 62.1, 66.7].forEach((std, c) => expect(Math.abs((found.deviation[c] ?? NaN) - std)).toBeLessThan(3));
  });
});
