import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { countsOf, kerasCases, type KerasCase, type KerasCounts } from '../../testing/conv-samples';

const script = fileURLToPath(new URL('../fixtures/keras_conv_counts.py', import.meta.url));

function countInKeras(cases: readonly KerasCase[]): KerasCounts[] {
  const { CELLSMITH_PEERS_PYTHON: python = 'python3' } = process.env;
  const { stdout, stderr, status } = spawnSync(python, [script], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', CUDA_VISIBLE_DEVICES: '' },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as KerasCounts[];
}

describe('against Keras', () => {
  it('the counts that are kept for the other tests are what Keras counts (update them with -u)', async () => {
    const cases = kerasCases(1, 34);
    const keras = countInKeras(cases);
    const lines = cases.map((item, index) => JSON.stringify({ ...item, keras: keras[index] }));
    await expect(`[\n${lines.join(',\n')}\n]\n`).toMatchFileSnapshot('../fixtures/keras-conv-counts.json');
  });

  it('parameters, multiply-adds and shapes of other random networks are the same', () => {
    const cases = kerasCases(2, 30);
    expect(cases.map(countsOf)).toEqual(countInKeras(cases));
  });
});
