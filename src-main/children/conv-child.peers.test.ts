import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { networkOfLayers, type Layer } from '../../src-shared/architecture/conv/layered-network';
import { Generator } from '../../src-shared/random';
import { zooNetworks } from '../../src-shared/zoo/zoo';
import {
  type ChildReference,
  compareWithReference,
  parseReference,
  type ReferenceRequest,
} from '../testing/reference/child-reference';
import { namesOfNodes } from './conv-child';
import nodesFixture from './fixtures/all-nodes.json';
import fixture from './fixtures/conv-child.json';

const python = process.env['CELLSMITH_PEERS_PYTHON'] ?? 'python3';
const script = fileURLToPath(new URL('./fixtures/conv_child_torch.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cellsmith-peers-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What PyTorch does with a request, now. */
function pytorch(request: ReferenceRequest): ChildReference {
  return parseReference(
    JSON.parse(
      execFileSync(python, [script], {
        input: JSON.stringify(request),
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      }),
    ),
  );
}

describe('children trained by PyTorch, run now', () => {
  it.each([1, 2, 3, 4])('a random network of seed %i trains like PyTorch, to 1e-4', async (seed) => {
    const largest = await compareWithReference(pytorch(randomRequest(seed)), join(folder, String(seed)));
    const { gradientNorm, ...others } = largest;
    expect(Math.max(...Object.values(others))).toBeLessThan(1e-4);
    // Rounding can carry a unit over the kink of its ReLU, which changes one step's gradient more than any value.
    expect(gradientNorm).toBeLessThan(1e-2);
  });

  it.each(['resnet-20', 'densenet-10-4'] as const)(
    'the forward pass, gradients and evaluation of %s are the same to 1e-4',
    async (name) => {
      const { architecture } = zooNetworks[name];
      const task = { height: 16, width: 16, channels: 3, classes: 10 };
      const request = { ...randomRequest(1), architecture, names: namesOfNodes(architecture), task };
      const rates = [0.01];
      // With 16 images the rounding carries a unit of ResNet-20 over the kink of its ReLU, which changes gradients by 3e-4.
      const reference = pytorch({ ...request, batch: 32, rates });
      expect(reference.steps).toHaveLength(1);
      const largest: Record<string, number> = {
        ...(await compareWithReference(reference, join(folder, name))),
      };
      expect(Math.max(...Object.values(largest))).toBeLessThan(1e-4);
    },
  );

  // PyTorch draws other random numbers on a GPU.
  it.skipIf(process.env['CELLSMITH_PEERS_DEVICE'] === 'cuda').each([fixture, nodesFixture])(
    'committed reference %# equals PyTorch’s result',
    (json) => {
      const committed = parseReference(json);
      const { steps } = pytorch(committed.request);
      expect(steps.length).toBe(committed.steps.length);
      for (const [i, { loss }] of committed.steps.entries()) expect(steps[i]?.loss).toBeCloseTo(loss, 4);
    },
  );
});

/** Ten layers of random kinds, sizes, strides and inputs; what feeds nothing goes to the classifier. */
function randomRequest(seed: number): ReferenceRequest {
  const generator = Generator.seeded(seed);
  const one = <T>(values: readonly [T, ...T[]]): T => values[generator.integer(values.length)] ?? values[0];
  const used = new Set<number>();
  const layers = Array.from({ length: 10 }, (_, index): Layer => {
    const chosen = Array.from({ length: index + 1 }, (_unused, i) => i).filter(
      () => generator.integer(3) === 0,
    );
    const inputs = chosen.length > 0 ? chosen : [index];
    for (const input of inputs) used.add(input);
    const strides = { strideHeight: one([1, 1, 2, 3]), strideWidth: one([1, 1, 2, 3]), inputs };
    const [height, width] = [one([1, 2, 3, 5, 7]), one([1, 2, 3, 5, 7])];
    const kind = one<Layer['kind']>([
      'convolution',
      'convolution',
      'convolution',
      'maxPooling',
      'averagePooling',
    ]);
    return kind === 'convolution'
      ? { kind, filterHeight: height, filterWidth: width, filters: one([3, 4, 6, 8]), ...strides }
      : { kind, height, width, ...strides };
  });
  const architecture = networkOfLayers({
    kind: 'conv',
    layers,
    outputs: layers.map((_, index) => index + 1).filter((reference) => !used.has(reference)),
  });
  return {
    architecture,
    names: namesOfNodes(architecture),
    task: { height: 14, width: 14, channels: 3, classes: 5 },
    recipe: {
      momentum: 0.9,
      nesterov: generator.integer(2) === 1,
      weightDecay: 1e-3,
      batchNormEpsilon: 1e-3,
      batchNormMomentum: 0.9,
    },
    batch: 16,
    rates: Array.from({ length: 10 }, (_, step) => 0.02 / (1 + step)),
    seed,
  };
}
