import { describe, expect, it } from 'vitest';
import { convArchitectureSchema } from '../architecture/conv/conv-architecture';
import { convTableText, summariseConv } from '../architecture/conv/conv-text';
import { describeConv } from '../architecture/conv/describe-conv';
import { parseConfig } from '../config/parse-config';
import { presets } from '../config/presets';
import { drawNetworkDiagram } from '../diagrams/network-drawing';
import { zooNetworks } from './zoo';

const task = { height: 32, width: 32, channels: 3, classes: 10 };
const { 'resnet-20': resnet20, 'densenet-10-4': densenet10 } = zooNetworks;

describe('published networks', () => {
  it.each([
    // He et al. report 0.27M. Both counted by the formulas of convolutions (k·k·in·out), normalisations (2·c) and dense layers.
    ['resnet-20', 269_722],
    ['densenet-10-4', 8562],
    ['nas-v1', 4_201_630],
  ] as const)('%s has %i parameters', (name, parameters) => {
    expect(describeConv(zooNetworks[name].architecture, task).parameters).toBe(parameters);
  });

  it('are what files and trainers accept, with recipes that can be configured', () => {
    for (const { architecture, recipe } of Object.values(zooNetworks)) {
      expect(convArchitectureSchema.parse(JSON.parse(JSON.stringify(architecture)))).toEqual(architecture);
      const config = { ...presets.v1.config, recipe };
      expect(parseConfig(config)).toEqual(config);
    }
  });

  it('a residual network halves its maps and doubles its channels between stages', () => {
    const { layers, multiplyAdds } = describeConv(resnet20.architecture, task);
    const additions = layers.filter(({ layer }) => layer.nodes[0].kind === 'add');
    expect(additions.map(({ output }) => [output.height, output.channels])).toEqual([
      ...Array<number[]>(3).fill([32, 16]),
      ...Array<number[]>(3).fill([16, 32]),
      ...Array<number[]>(3).fill([8, 64]),
    ]);
    const convolved = 32 ** 2 * 9 * (3 * 16 + 6 * 16 * 16) + 16 ** 2 * 9 * (16 * 32 + 5 * 32 * 32);
    expect(multiplyAdds).toBe(convolved + 8 ** 2 * 9 * (32 * 64 + 5 * 64 * 64) + 640);
    expect(summariseConv(resnet20.architecture, task)).toBe(
      '19 layers, 2 poolings, 9 additions, 270k parameters',
    );
  });

  it('read as tables and drawings, additions among them', () => {
    const table = convTableText(densenet10.architecture, task).split('\n');
    expect(table.slice(1, 5).map((row) => row.trim().replace(/ {2,}/g, ' | '))).toEqual([
      '1 | 3×3 convolution, 16 filters, linear | image | 32×32×3 | 32×32×16 | 432 | 442,368',
      '2 | batch normalisation | 1 | 32×32×16 | 32×32×16 | 32 | 0',
      '3 | ReLU | 2 | 32×32×16 | 32×32×16 | 0 | 0',
      '4 | 3×3 convolution, 4 filters, linear | 3 | 32×32×16 | 32×32×4 | 576 | 589,824',
    ]);
    const { parts } = drawNetworkDiagram(resnet20.architecture, task, true);
    expect(parts.filter(({ name }) => name?.endsWith(': add'))).toHaveLength(9);
  });
});
