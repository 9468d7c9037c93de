import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { referenceModels, trainReferenceModel, type Trained } from './reference-models';

const pytorch = JSON.parse(
  readFileSync(new URL('./reference-models.json', import.meta.url), 'utf8'),
) as Record<keyof typeof referenceModels, Trained>;

describe.each(Object.keys(referenceModels) as (keyof typeof referenceModels)[])('the %s network', (name) => {
  it('trains as in PyTorch: losses, norms and all variables to 1e-4 after 20 steps', async () => {
    expectNear(await trainReferenceModel(name), pytorch[name]);
  });

  it('is bit-identical in another session', async () => {
    expect(await trainReferenceModel(name)).toEqual(await trainReferenceModel(name));
  });
});

function expectNear(ours: Required<Trained>, theirs: Trained): void {
  expect(theirs.losses).toHaveLength(20);
  for (const [step, loss] of theirs.losses.entries()) expect(ours.losses[step]).toBeCloseTo(loss, 4);
  for (const [step, norm] of (theirs.norms ?? []).entries()) expect(ours.norms[step]).toBeCloseTo(norm, 4);
  expect(Object.keys(theirs.variables).length).toBeGreaterThan(4);
  for (const [held, values] of Object.entries(theirs.variables)) {
    const off = values.map((value, i) => Math.abs(value - (ours.variables[held]?.[i] ?? NaN)));
    expect(Math.max(...off), held).toBeLessThan(1e-4);
  }
}
