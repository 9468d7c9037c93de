import type { ConvSpaceConfig } from '../tasks/conv/conv-options';
import { convSpace } from '../tasks/conv/conv-space';
import type { Decision, DecisionPoint, SearchSpace } from '../search-space';
import type { ImageTask } from '../architecture/conv/conv-architecture';
import { decodeConv } from '../tasks/conv/decode-conv';
import { describeConv } from '../architecture/conv/describe-conv';
import { layeredNetworkOf, networkOfLayers, type LayeredNetwork } from '../architecture/conv/layered-network';
import { presets } from '../config/presets';
import { Generator } from '../random';

/** A number from 0 to below the bound: what tests make samples of. */
export type Draw = (bound: number) => number;

/** Walks a space to its end, deciding each point by `decide`; returns the decisions. */
export function walk(
  space: SearchSpace,
  depth: number,
  decide: (point: DecisionPoint) => Decision,
): Decision[] {
  const decisions: Decision[] = [];
  for (let point = space.next([], depth); point; point = space.next(decisions, depth))
    decisions.push(decide(point));
  return decisions;
}

/** Decisions drawn one by one. */
export function drawDecisions(space: SearchSpace, depth: number, draw: Draw): Decision[] {
  return walk(space, depth, (point) =>
    point.kind === 'choice' ? draw(point.options.length) : point.candidates.map(() => draw(2)),
  );
}

/** A configuration of the space with any of its options on or off, for up to `depth` steps. */
function drawConvSpace(depth: number, draw: Draw): ConvSpaceConfig {
  const some = <T>(values: readonly [T, ...T[]]): T[] => values.slice(0, draw(values.length) + 1);
  const blockSize = 1 + draw(3);
  const poolings: ConvSpaceConfig['pooling'][] = [
    { kind: 'none' },
    { kind: 'predicted', sizes: some([1, 2, 3]) },
    {
      kind: 'fixed',
      afterLayers: [...new Set([1 + draw(depth * blockSize), 1 + draw(depth * blockSize)])],
      size: 2 + draw(2),
    },
  ];
  return {
    kind: 'conv',
    filterHeights: some([3, 1, 5]),
    filterWidths: some([1, 3, 7]),
    strideHeights: some([1, 2, 3]),
    strideWidths: some([1, 2]),
    filters: some([4, 8, 12]),
    extraFilters: draw(2) * 3,
    layerTypes: some(['convolution', 'maxPooling', 'averagePooling']),
    skipConnections: draw(4) > 0,
    pooling: poolings[draw(poolings.length)] ?? { kind: 'none' },
    blockSize,
    learningRates: [0.1, 0.05, 0.01].slice(0, draw(4)),
    schedule: { initialLayers: depth, growBy: 0, every: 1, maximumLayers: depth },
  };
}

/** A space, a depth up to `most` and decisions in it. */
export function drawSample(
  most: number,
  draw: Draw,
): { config: ConvSpaceConfig; depth: number; decisions: Decision[] } {
  const depth = 1 + draw(most);
  const config = drawConvSpace(depth, draw);
  return { config, depth, decisions: drawDecisions(convSpace(config), depth, draw) };
}

/** A network, and what Keras and TensorFlow count in it (fixtures/keras_conv_counts.py). */
export interface KerasCase {
  readonly architecture: LayeredNetwork;
  readonly task: ImageTask;
}
export interface KerasCounts {
  readonly trainable: number;
  readonly nonTrainable: number;
  readonly multiplyAdds: number;
  readonly layers: readonly (readonly number[])[];
  readonly features: readonly number[];
}

const cifar: ImageTask = { height: 32, width: 32, channels: 3, classes: 10 };

/** Random networks of the published spaces at their full depth, and `small` ones of any space on any images. */
export function kerasCases(seed: number, small: number): KerasCase[] {
  const generator = Generator.seeded(seed, 'keras');
  const draw: Draw = (bound) => generator.integer(bound);
  const published = (['v1', 'v2', 'v3', 'v3-more-filters', 'demo', 'laptop'] as const).map((name) => {
    const { space } = presets[name].config;
    const depth = Math.min(space.schedule.maximumLayers, 15);
    return {
      architecture: layeredNetworkOf(decodeConv(space, depth, drawDecisions(convSpace(space), depth, draw))),
      task: cifar,
    };
  });
  const any = Array.from({ length: small }, () => {
    const { config, depth, decisions } = drawSample(5, draw);
    const task = {
      height: 1 + draw(40),
      width: 1 + draw(40),
      channels: draw(2) === 0 ? 1 : 3,
      classes: 2 + draw(99),
    };
    return { architecture: layeredNetworkOf(decodeConv(config, depth, decisions)), task };
  });
  return [...published, ...any];
}

/** What the description of a network says of the things that Keras counts. */
export function countsOf({ architecture, task }: KerasCase): KerasCounts {
  const { layers, classifier, ...totals } = describeConv(networkOfLayers(architecture), task);
  const { input: features } = classifier;
  return {
    trainable: totals.parameters,
    nonTrainable: totals.movingStatistics,
    multiplyAdds: totals.multiplyAdds,
    layers: layers.map(({ output }) => [output.height, output.width, output.channels]),
    features: [features.height, features.width, features.channels],
  };
}
