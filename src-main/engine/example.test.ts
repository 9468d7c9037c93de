import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { learnCircle } from '../../docs/graph-compiler-example';

it('the example of the documentation learns the circle', async () => {
  const { losses, chances } = await learnCircle(300);
  expect(losses[0]).toBeGreaterThan(0.5);
  expect(losses.at(-1)).toBeLessThan(0.25);
  // Points along an axis from -1 to 1: [probability outside, inside] of each.
  expect(chances[2 * 32 + 1]).toBeGreaterThan(0.9);
  expect(chances[0]).toBeGreaterThan(0.9);
  expect(chances[2 * 62]).toBeGreaterThan(0.9);
});

it('the example is deterministic for a seed', async () => {
  expect(await learnCircle(5)).toEqual(await learnCircle(5));
});

it('docs/engine.md has the example as it is run', () => {
  const docs = join(import.meta.dirname, '..', '..', 'docs');
  const [, ...code] = readFileSync(join(docs, 'graph-compiler-example.ts'), 'utf8').trim().split('\n');
  expect(readFileSync(join(docs, 'engine.md'), 'utf8')).toContain(code.join('\n'));
});
