import type { ImageTask } from '../architecture/conv/conv-architecture';
import { decodeConv } from '../tasks/conv/decode-conv';
import { describeConv } from '../architecture/conv/describe-conv';
import { layeredNetworkOf, networkOfLayers, type LayeredNetwork } from '../architecture/conv/layered-network';
import { presets } from '../config/presets';
import { Generator } from '../random';
import { convSpace } from '../tasks/conv/conv-space';
import { drawDecisions, drawSample, type Draw } from './conv-samples';

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
