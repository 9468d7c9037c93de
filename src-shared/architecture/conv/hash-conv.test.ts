import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presets } from '../../config/presets';
import { convSpace } from '../../tasks/conv/conv-space';
import { drawDecisions, drawSample, type Draw } from '../../testing/conv-samples';
import type { NetworkNode } from './conv-architecture';
import { decodeConv } from '../../tasks/conv/decode-conv';
import { describeConv } from './describe-conv';
import { layeredNetworkOf, networkOfLayers, type Layer, type LayeredNetwork } from './layered-network';
import { hashConv as hashOfGraph } from './hash-conv';

const draws = fc.infiniteStream(fc.nat()).map(
  (numbers): Draw =>
    (bound) =>
      numbers.next().value % bound,
);

const hashConv = (layered: LayeredNetwork): string => hashOfGraph(networkOfLayers(layered));

function drawArchitecture(draw: Draw): LayeredNetwork {
  const { config, depth, decisions } = drawSample(8, draw);
  return layeredNetworkOf(decodeConv(config, depth, decisions));
}

/** The same network with its layers in another order that puts each behind its inputs, and inputs in any order. */
function renumbered({ layers, outputs, ...rest }: LayeredNetwork, draw: Draw): LayeredNetwork {
  const newNumber = new Map([[0, 0]]);
  const ordered: Layer[] = [];
  const renamed = (references: readonly number[]) =>
    shuffled(references, draw).map((old) => newNumber.get(old) ?? -1);
  while (ordered.length < layers.length) {
    const ready = layers.flatMap((layer, index) =>
      !newNumber.has(index + 1) && layer.inputs.every((input) => newNumber.has(input)) ? [index + 1] : [],
    );
    const old = ready[draw(ready.length)] ?? 0;
    const layer = layers[old - 1];
    if (layer) newNumber.set(old, ordered.push({ ...layer, inputs: renamed(layer.inputs) }));
  }
  return { ...rest, layers: ordered, outputs: renamed(outputs) };
}

function shuffled<T>(items: readonly T[], draw: Draw): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(draw(left.length), 1));
}

const conv = (inputs: number[], filters = 8, filterHeight = 3): Layer => ({
  kind: 'convolution',
  filterHeight,
  filterWidth: 3,
  strideHeight: 1,
  strideWidth: 1,
  filters,
  inputs,
});
const pool = (
  kind: 'maxPooling' | 'averagePooling',
  size: number,
  stride: number,
  inputs: number[],
): Layer => ({
  kind,
  height: size,
  width: size,
  strideHeight: stride,
  strideWidth: stride,
  inputs,
});
const net = (layers: Layer[], outputs: number[], learningRate?: number): LayeredNetwork => ({
  kind: 'conv',
  layers,
  outputs,
  ...(learningRate !== undefined && { learningRate }),
});

describe('the name of a network', () => {
  it('does not depend on the numbering of layers or the order of inputs', () => {
    fc.assert(
      fc.property(draws, (draw) => {
        const architecture = drawArchitecture(draw);
        const other = renumbered(architecture, draw);
        expect(hashConv(other)).toBe(hashConv(architecture));
        const task = { height: 32, width: 32, channels: 3, classes: 10 };
        const parametersOf = (layered: LayeredNetwork) =>
          describeConv(networkOfLayers(layered), task).parameters;
        expect(parametersOf(other)).toBe(parametersOf(architecture));
      }),
      { numRuns: 200 },
    );
  });

  it('changes with any single field of any layer, any edge, any output and the learning rate', () => {
    fc.assert(
      fc.property(draws, (draw) => {
        const architecture = drawArchitecture(draw);
        const { layers, outputs } = architecture;
        const index = draw(layers.length);
        const changed = (change: (layer: Layer) => Layer): LayeredNetwork => ({
          ...architecture,
          layers: layers.map((layer, other) => (other === index ? change(layer) : layer)),
        });
        const others: LayeredNetwork[] = [
          changed((layer) => ({ ...layer, strideHeight: layer.strideHeight + 4 })),
          changed((layer) => ({ ...layer, strideWidth: layer.strideWidth + 4 })),
          changed((layer) =>
            layer.kind === 'convolution'
              ? { ...layer, filterHeight: layer.filterHeight + 1 }
              : { ...layer, height: layer.height + 1 },
          ),
          changed((layer) =>
            layer.kind === 'convolution'
              ? { ...layer, filterWidth: layer.filterWidth + 1 }
              : { ...layer, width: layer.width + 1 },
          ),
          changed((layer) =>
            layer.kind === 'convolution' ? { ...layer, filters: layer.filters + 1 } : conv([0]),
          ),
          changed((layer) => {
            const input = draw(index + 1);
            const without = layer.inputs.filter((other) => other !== input);
            return { ...layer, inputs: without.length < layer.inputs.length ? without : [...without, input] };
          }),
          { ...architecture, outputs: outputs.length > 1 ? outputs.slice(1) : [...outputs, 0] },
          { ...architecture, learningRate: (architecture.learningRate ?? 0.1) * 2 },
        ];
        for (const other of others) expect(hashConv(other)).not.toBe(hashConv(architecture));
      }),
      { numRuns: 200 },
    );
  });

  it('tells networks apart that differ only in which of two equal layers feeds on', () => {
    const side = (far: number) => net([conv([0]), conv([0], 8, 5), conv([1]), conv([far], 4)], [2, 3, 4]);
    expect(hashConv(side(1))).not.toBe(hashConv(side(2)));
    const twins = (chosen: number) => net([conv([0]), conv([0]), conv([chosen], 4)], [3 - chosen, 3]);
    expect(hashConv(twins(1))).toBe(hashConv(twins(2)));
  });

  it('passes over a pooling that does nothing', () => {
    const idle = net([conv([0]), conv([0]), pool('maxPooling', 1, 1, [1, 2]), conv([3])], [4]);
    expect(hashConv(idle)).toBe(hashConv(net([conv([0]), conv([0]), conv([1, 2])], [3])));
    const loose = net([conv([0]), pool('averagePooling', 1, 1, [1])], [2]);
    expect(hashConv(loose)).toBe(hashConv(net([conv([0])], [1])));
    // A map that comes twice is not one that comes once.
    const twice = net([conv([0]), pool('maxPooling', 1, 1, [1]), conv([1, 2])], [3]);
    expect(hashConv(twice)).not.toBe(hashConv(net([conv([0]), conv([1])], [2])));
  });

  it('tells kinds of pooling apart where they differ', () => {
    const pooled = (kind: 'maxPooling' | 'averagePooling', size: number) =>
      hashConv(net([pool(kind, size, 2, [0])], [1]));
    expect(pooled('maxPooling', 2)).not.toBe(pooled('averagePooling', 2));
    expect(pooled('maxPooling', 1)).toBe(pooled('averagePooling', 1));
  });

  it('is found for the largest networks of the presets', () => {
    const { space } = presets.v3.config;
    let number = 1;
    const draw: Draw = (bound) => (number = (number * 48271) % 2147483647) % bound;
    const networks = Array.from({ length: 10 }, () =>
      decodeConv(space, 13, drawDecisions(convSpace(space), 13, draw)),
    );
    const names = new Set(networks.map(hashOfGraph));
    expect(names.size).toBe(10);
  });

  it('stays what it was in stored runs', () => {
    expect(hashConv(net([conv([0])], [1]))).toBe('7f3f478f8fcb9c9bd574438a8b5d2577');
  });

  it('tells what no layer can say apart, and keeps the order of channels that are added', () => {
    const graph = (...nodes: NetworkNode[]) => hashOfGraph({ kind: 'conv', nodes });
    const window = { filterHeight: 3, filterWidth: 3, padding: 'same', bias: false } as const;
    const linear = (stride: number, changes = {}) =>
      ({
        kind: 'convolution',
        ...window,
        strideHeight: stride,
        strideWidth: stride,
        filters: 3,
        inputs: [0],
        ...changes,
      }) as const;
    const end = (last: number): NetworkNode[] => [
      { kind: 'globalAveragePooling', inputs: [last] },
      { kind: 'dense', units: 'classes', bias: true, inputs: [last + 1] },
    ];
    const norm = (input: number) => ({ kind: 'batchNormalisation', inputs: [input] }) as const;
    const relu = (input: number) => ({ kind: 'relu', inputs: [input] }) as const;
    const names = [
      graph(linear(1), ...end(1)),
      graph(linear(1, { bias: true }), ...end(1)),
      graph(linear(2), ...end(1)),
      graph(linear(2, { padding: 'symmetric' }), ...end(1)),
      graph(linear(1), norm(1), relu(2), ...end(3)),
      graph(linear(1), relu(1), norm(2), ...end(3)),
      graph(norm(0), relu(1), linear(1, { inputs: [2] }), ...end(3)),
      graph(linear(1), { kind: 'add', inputs: [0, 1] }, ...end(2)),
      graph(linear(1), { kind: 'dropout', rate: 0.5, inputs: [1] }, ...end(2)),
      graph(linear(1), { kind: 'padChannels', channels: 5, inputs: [1] }, ...end(2)),
      graph(linear(1), { kind: 'dense', units: 'classes', bias: true, inputs: [1] }),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(graph(linear(1, { padding: 'symmetric' }), ...end(1))).toBe(names[0]);
    expect(graph(linear(1), { kind: 'add', inputs: [1, 0] }, ...end(2))).toBe(names[7]);
    // A concatenation is the same in any order where a convolution learns from it, not where it is added.
    const both = (first: number[], second: number[], ...then: NetworkNode[]) =>
      graph(
        linear(1),
        linear(1, { filterHeight: 5 }),
        { ...relu(0), inputs: first },
        { ...relu(0), inputs: second },
        ...then,
      );
    const sum: NetworkNode[] = [{ kind: 'add', inputs: [3, 4] }, ...end(5)];
    expect(both([1, 2], [1, 2], ...sum)).not.toBe(both([1, 2], [2, 1], ...sum));
    const chain: NetworkNode[] = [linear(1, { inputs: [3, 4] }), ...end(5)];
    expect(both([1, 2], [1, 2], ...chain)).toBe(both([1, 2], [2, 1], ...chain));
  });
});
