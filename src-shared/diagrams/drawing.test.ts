import sharp from 'sharp';
import { expect, it } from 'vitest';
import { nasCell } from '../architecture/cell/recurrent-cell';
import { publishedV1 } from '../zoo/nas-v1';
import { drawCell, drawLstm } from './cell-drawing';
import { runsOf, svgOf } from './drawing';
import { drawNetworkDiagram } from './network-drawing';
import { figure5Cell } from '../testing/step-cell';

const task = { height: 32, width: 32, channels: 3, classes: 10 };
const drawings = {
  network: drawNetworkDiagram(publishedV1, task, true),
  cell: drawCell(nasCell),
  small: drawCell(figure5Cell),
  lstm: drawLstm(),
};

it.each(Object.entries(drawings))(
  'the file of the %s is read by another program in its size',
  async (name, drawing) => {
    const svg = svgOf(drawing, name);
    const { data, info } = await sharp(Buffer.from(svg)).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([
      Math.ceil(drawing.width + 32),
      Math.ceil(drawing.height + 60),
    ]);
    // White paper with something on it.
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
    expect(data.some((value) => value < 80)).toBe(true);
  },
);

it('a file is self-contained: no style, script, reference or variable', () => {
  for (const drawing of Object.values(drawings)) {
    const svg = svgOf(drawing, 'x');
    expect(svg).not.toMatch(/style|script|href|url\(|var\(|class=|NaN|undefined/);
    expect(svg).toContain('font-family="sans-serif"');
  }
});

it('a title can hold anything', async () => {
  const hostile = '<script>&"\u0000\ud800</title> ünïcode \u{1f600}';
  const svg = svgOf(drawings.small, hostile);
  expect(svg).not.toContain('<script');
  await expect(sharp(Buffer.from(svg)).metadata()).resolves.toMatchObject({ format: 'svg' });
});

it('subscripts are one sign, a number or what braces hold', () => {
  expect(runsOf('h_{t−1}')).toEqual([{ text: 'h' }, { text: 't−1', sub: true }]);
  expect(runsOf('W_12 x_t')).toEqual([
    { text: 'W' },
    { text: '12', sub: true },
    { text: ' x' },
    { text: 't', sub: true },
  ]);
});
