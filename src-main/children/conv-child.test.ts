import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { layersOf } from '../../src-shared/architecture/conv/layered-network';
import { compareWithReference, parseReference } from '../testing/reference/child-reference';
import nodesFixture from './fixtures/all-nodes.json';
import fixture from './fixtures/conv-child.json';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-reference-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a whole child, compared with PyTorch from the same weights (fixtures/conv_child_torch.py)', () => {
  const reference = parseReference(fixture);
  const nodesReference = parseReference(nodesFixture);

  it('has skip connections, strides, paddings, poolings and loose ends of several sizes', () => {
    const { layers, classifier } = layersOf(reference.request.architecture);
    expect(layers.map(({ nodes: [node] }) => node.kind)).toEqual(
      expect.arrayContaining(['convolution', 'maxPooling', 'averagePooling']),
    );
    expect(classifier.inputs.length).toBeGreaterThan(1);
    expect(reference.steps.length).toBe(15);
  });

  it('has every deterministic kind of node, separately and in any order', () => {
    const kinds = nodesReference.request.architecture.nodes.map(({ kind }) => kind);
    const all = [
      ...['convolution', 'batchNormalisation', 'relu', 'maxPooling', 'averagePooling'],
      ...['globalAveragePooling', 'dense', 'add', 'padChannels'],
    ];
    expect([...new Set(kinds)].sort()).toEqual(all.sort());
  });

  it.each([
    ['of layers', reference],
    ['of all nodes', nodesReference],
  ])(
    'a network %s gives the same losses, gradients, steps, moving averages and evaluation to 1e-4',
    async (name, expected) => {
      const largest = await compareWithReference(expected, join(folder, name));
      expect(largest.loss).toBeLessThan(1e-4);
      expect(largest.gradientNorm).toBeLessThan(1e-4);
      expect(largest.firstGradient).toBeLessThan(1e-4);
      expect(largest.weights).toBeLessThan(1e-4);
      expect(largest.evaluationLoss).toBeLessThan(1e-4);
      expect(largest.correct).toBe(0);
    },
  );
});
