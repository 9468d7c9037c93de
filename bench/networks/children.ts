import type { ImageTask } from '../../src-shared/architecture/conv/conv-architecture';
import { decodeConv } from '../../src-shared/tasks/conv/decode-conv';
import { layeredNetworkOf, type LayeredNetwork } from '../../src-shared/architecture/conv/layered-network';
import { v1Space } from '../../src-shared/config/presets';
import type { ConvSpaceConfig } from '../../src-shared/tasks/conv/conv-options';
import { Generator } from '../../src-shared/random';
import { convChoices, writeConvSteps, type ConvStep } from '../../src-shared/tasks/conv/conv-space';
import { languageChild, languageChildNames, type LanguageBenchChild } from './language-children';

/** What every contestant trains: a network on images, or a language model. */
export type BenchChild = ConvBenchChild | LanguageBenchChild;

/** A network on images, and the batch at which it is trained. */
export interface ConvBenchChild {
  readonly kind: 'conv';
  readonly name: ConvChildName;
  readonly description: string;
  readonly architecture: LayeredNetwork;
  readonly batch: number;
  /** Timed steps of a contestant's turn: some seconds' worth. */
  readonly steps: number;
}

const convChildNames = ['six-layer', 'v1', 'v2', 'v3', 'tiny'] as const;
type ConvChildName = (typeof convChildNames)[number];

export const childNames = [...convChildNames, ...languageChildNames] as const;
export type ChildName = (typeof childNames)[number];

/** Children of a size for checks, which say nothing of speed. */
export function isTiny(name: ChildName): boolean {
  return name.startsWith('tiny');
}

/** CIFAR-10's images and classes. */
export const benchTask: ImageTask = { height: 32, width: 32, channels: 3, classes: 10 };

/** The children of the benchmark: always the same ones. */
export function benchChild(name: ChildName): BenchChild {
  const language = languageChildNames.find((known) => known === name);
  return language === undefined ? convChild(name as ConvChildName) : languageChild(language);
}

function convChild(name: ConvChildName): ConvBenchChild {
  switch (name) {
    case 'six-layer':
      return {
        kind: 'conv',
        name,
        description: 'six 3×3 convolutions of 36 filters in a row',
        architecture: network(
          { filterHeights: [3], filterWidths: [3], filters: [36], skipConnections: false },
          6,
        ),
        batch: 64,
        steps: 8,
      };
    case 'v1':
      return {
        kind: 'conv',
        name,
        description:
          '15 layers with skip connections, filters 24–64, kernels 1–7, as the v1 search samples them',
        architecture: network({}, 15, { seed: 357, connection: 0.35 }),
        batch: 32,
        steps: 3,
      };
    case 'v2':
      return {
        kind: 'conv',
        name,
        description: '20 layers with skip connections, strides of 2 in three, as the v2 search samples them',
        architecture: network({ strideHeights: [1, 2], strideWidths: [1, 2] }, 20, {
          seed: 101,
          connection: 0.35,
          stridesAt: [3, 8, 14],
        }),
        batch: 32,
        steps: 16,
      };
    case 'v3':
      return {
        kind: 'conv',
        name,
        description:
          '13 fully connected blocks of 3 layers, filters 6–36, max-pooling after layers 13 and 24, as the v3 search samples them',
        architecture: network(
          {
            filters: [6, 12, 24, 36],
            blockSize: 3,
            pooling: { kind: 'fixed', afterLayers: [13, 24], size: 2 },
          },
          13,
          { seed: 266, connection: 0.5 },
        ),
        batch: 32,
        steps: 3,
      };
    case 'tiny':
      return {
        kind: 'conv',
        name,
        description: 'every kind of layer and connection at a size for checks',
        architecture: network(
          {
            filterHeights: [2, 3],
            filters: [4, 6],
            strideHeights: [1, 2, 3],
            strideWidths: [1, 2],
            layerTypes: ['convolution', 'maxPooling', 'averagePooling'],
          },
          6,
          { seed: 5, connection: 0.5 },
        ),
        batch: 4,
        steps: 20,
      };
  }
}

/** What the paper's networks on CIFAR-10 have in common; each search changes some of it (section 4.1). */
const paperSpace: ConvSpaceConfig = {
  ...v1Space,
  schedule: { ...v1Space.schedule, maximumLayers: 128 },
};

/** How the decisions of a network are drawn. */
interface Draw {
  readonly seed: number;
  /** Probability that a step takes an earlier one. */
  readonly connection: number;
  /**
   * Steps (from 1) with stride 2 in both directions, all others having 1. Such a network also takes the step before in any case and none
   * from before the last stride: with those the concatenation would be padded to the larger size again.
   */
  readonly stridesAt?: readonly number[];
}

/** A network that a policy could have sampled from the space. */
function network(
  changes: Partial<ConvSpaceConfig>,
  depth: number,
  { seed, connection, stridesAt }: Draw = { seed: 1, connection: 1 },
): LayeredNetwork {
  const config = { ...paperSpace, ...changes };
  const generator = Generator.seeded(seed, 'bench');
  const options = Object.entries(convChoices(config));
  const steps = Array.from({ length: depth }, (_, index): ConvStep => {
    const drawn = Object.fromEntries(
      options.map(([name, values]) => [name, values[generator.integer(values.length)]]),
    ) as ConvStep['choices'];
    const lastStride = Math.max(1, ...(stridesAt ?? []).filter((strided) => strided <= index));
    const sources = Array.from({ length: index }, (_, earlier) => earlier + 1).filter((earlier) => {
      const taken = generator.uniform() < connection;
      return stridesAt === undefined ? taken : earlier === index || (taken && earlier >= lastStride);
    });
    const stride = stridesAt?.includes(index + 1) ? 2 : 1;
    return {
      choices: stridesAt === undefined ? drawn : { ...drawn, strideHeight: stride, strideWidth: stride },
      sources,
    };
  });
  return layeredNetworkOf(decodeConv(config, depth, writeConvSteps(config, { steps })));
}
