import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { readExamples } from './examples';

const assets = join(import.meta.dirname, '../../assets');

it('shows the first training images of each class as small PNGs', async () => {
  const examples = await readExamples(join(assets, 'cifar10-sample.tar.gz'));
  expect(examples.map(({ label }) => label)).toEqual(
    Array.from({ length: 10 }, (_, label) => Array<number>(8).fill(label)).flat(),
  );
  for (const { image } of examples) {
    const [head, content = ''] = image.split(',');
    expect(head).toBe('data:image/png;base64');
    expect(await sharp(Buffer.from(content, 'base64')).metadata()).toMatchObject({ width: 32, height: 32 });
  }
  expect(new Set(examples.map(({ image }) => image)).size).toBe(80);
});

it('refuses a text, and is cancelled', async () => {
  await expect(readExamples(join(assets, 'tinyshakespeare.txt'))).rejects.toMatchObject({
    code: 'data.not-recognised',
  });
  const cancelled = readExamples(join(assets, 'cifar10-sample.tar.gz'), { signal: AbortSignal.abort() });
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
});
