import { describe, expect, it } from 'vitest';
import { presets } from '../../config/presets';
import { connectionDensity, convTableText, layerText, shortCount, summariseConv } from './conv-text';
import { decodeConv } from '../../tasks/conv/decode-conv';
import { networkOfLayers, layersOf } from './layered-network';
import { publishedV1 } from '../../zoo/nas-v1';

const task = { height: 32, width: 32, channels: 3, classes: 10 };
const strided = networkOfLayers({
  kind: 'conv',
  layers: [
    {
      kind: 'convolution',
      filterHeight: 3,
      filterWidth: 5,
      strideHeight: 2,
      strideWidth: 1,
      filters: 8,
      inputs: [0],
    },
    { kind: 'averagePooling', height: 3, width: 3, strideHeight: 1, strideWidth: 1, inputs: [1] },
    {
      kind: 'convolution',
      filterHeight: 1,
      filterWidth: 1,
      strideHeight: 1,
      strideWidth: 1,
      filters: 100,
      inputs: [0, 2],
    },
  ],
  outputs: [3],
});

describe('a network in words', () => {
  it('is one line', () => {
    expect(summariseConv(publishedV1, task)).toBe('15 layers, 4.2M parameters, 62% of skip connections');
    expect(summariseConv({ ...strided, learningRate: 0.05 }, task)).toBe(
      '2 layers, 1 pooling, 2.7k parameters, 100% of skip connections, learning rate 0.05',
    );
    const { space } = presets.v1.config;
    const chain = decodeConv({ ...space, skipConnections: false }, 2, [1, 1, 0, 1, 1, 0]);
    expect(summariseConv(chain, task)).toBe('2 layers, 6.2k parameters, no skip connections');
  });

  it('is a table', () => {
    expect(convTableText(strided, task).split('\n')).toEqual([
      '   layer                                   takes    in         out        parameters  multiply-adds',
      '1  3×5 convolution, 8 filters, stride 2×1  image    32×32×3    16×32×8           376        184,320',
      '2  3×3 average pooling                     1        16×32×8    16×32×8             0              0',
      '3  1×1 convolution, 100 filters            image 2  32×32×11   32×32×100       1,300      1,126,400',
      '   mean, softmax                           3        32×32×100  10              1,010          1,000',
      '   total                                                                       2,686      1,311,720',
    ]);
  });

  it('names each kind of layer', () => {
    expect(layersOf(strided).layers.map(layerText)).toEqual([
      '3×5 convolution, 8 filters, stride 2×1',
      '3×3 average pooling',
      '1×1 convolution, 100 filters',
    ]);
  });
});

describe('the density of connections', () => {
  it('is of 105 pairs in 15 layers', () => {
    const connections = layersOf(publishedV1).layers.reduce((sum, { inputs }) => sum + inputs.length, 0) - 1;
    expect(connectionDensity(publishedV1)).toBeCloseTo(connections / 105, 12);
  });

  it('sees through the poolings of v3', () => {
    const { space } = presets.v3.config;
    const config = { ...space, filterHeights: [1], filterWidths: [1], filters: [6] };
    const all = Array.from({ length: 13 }, (_, step) => Array<number>(step).fill(1));
    expect(connectionDensity(decodeConv(config, 13, all))).toBe(1);
  });

  it('is 0 for one layer', () => {
    expect(connectionDensity(decodeConv(presets.v1.config.space, 1, [0, 0, 0, []]))).toBe(0);
  });
});

describe('short counts', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1.0k'],
    [9949, '9.9k'],
    [9951, '10k'],
    [999_940, '1000k'],
    [999_951, '1.0M'],
    [4_201_630, '4.2M'],
    [37_400_000, '37M'],
    [2_500_000_000, '2.5G'],
  ])('%d is %s', (count, text) => {
    expect(shortCount(count)).toBe(text);
  });
});
