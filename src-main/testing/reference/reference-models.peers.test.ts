import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { referenceModels, trainReferenceModel, type Trained } from './reference-models';

const python = process.env['CELLSMITH_PEERS_PYTHON'] ?? 'python3';
const script = fileURLToPath(new URL('./reference-models.py', import.meta.url));
const pytorch = JSON.parse(execFileSync(python, [script], { encoding: 'utf8' })) as Record<string, Trained>;
const committed = JSON.parse(readFileSync(script.replace(/py$/, 'json'), 'utf8')) as Record<string, Trained>;

describe.each(Object.keys(referenceModels) as (keyof typeof referenceModels)[])('the %s network', (name) => {
  it('trains like PyTorch, run now, to 1e-4', async () => {
    expect(farthest(await trainReferenceModel(name), pytorch[name])).toBeLessThan(1e-4);
  });

  it('equals the committed file', () => {
    expect(farthest(committed[name], pytorch[name])).toBeLessThan(1e-5);
  });
});

/** The largest distance of any loss or variable. */
function farthest(a: Trained | undefined, b: Trained | undefined): number {
  if (!a || !b) return NaN;
  const distance = (x: readonly number[] = [], y: readonly number[] = []): number =>
    Math.max(Math.abs(x.length - y.length), ...y.map((value, i) => Math.abs(value - (x[i] ?? NaN))));
  return Math.max(
    distance(a.losses, b.losses),
    ...Object.entries(b.variables).map(([held, values]) => distance(a.variables[held], values)),
  );
}
