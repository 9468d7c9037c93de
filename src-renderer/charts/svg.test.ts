import sharp from 'sharp';
import { expect, it } from 'vitest';
import type { Figure } from './figure';
import type { Palette } from './theme';
import { figureSvg, ticksOf } from './svg';
import fc from 'fast-check';

const palette: Palette = {
  text: '#111111',
  soft: '#555555',
  line: '#dddddd',
  raised: '#ffffff',
  own: '#0000ff',
  best: '#00ff00',
  random: '#777777',
  bad: '#ff0000',
  series: ['#ff00ff'],
  scale: ['#000000', '#808080', '#ffffff'],
};
const size = { width: 400, height: 300 };

const figure: Figure = {
  title: 'A <title> & "more"',
  x: { label: 'Child' },
  y: { label: 'Reward' },
  series: [
    {
      label: 'Line',
      kind: 'line',
      colour: (colours) => colours.own,
      width: 4,
      points: [
        { x: 0, y: 0 },
        { x: 10, y: 10 },
      ],
    },
    {
      label: 'Points',
      kind: 'points',
      colour: (colours) => colours.bad,
      radius: 6,
      points: [{ x: 10, y: 0 }],
    },
  ],
};

/** Where another program draws a colour: the middle and the reach of its pixels below the legend. */
async function find(svg: string, colour: readonly [number, number, number]) {
  const { data, info } = await sharp(Buffer.from(svg))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const places: [number, number][] = [];
  for (let y = 60; y < info.height; y++)
    for (let x = 0; x < info.width; x++) {
      const at = 3 * (y * info.width + x);
      if (colour.every((value, channel) => Math.abs((data[at + channel] ?? 0) - value) < 40))
        places.push([x, y]);
    }
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  return {
    count: places.length,
    left: Math.min(...xs),
    right: Math.max(...xs),
    top: Math.min(...ys),
    bottom: Math.max(...ys),
  };
}

it('another program draws the image at its size, with line and points at their places', async () => {
  const svg = figureSvg(figure, palette, size);
  const { width, height } = await sharp(Buffer.from(svg)).metadata();
  expect([width, height]).toEqual([400, 300]);
  const line = await find(svg, [0, 0, 255]);
  // The diagonal of the plot, from its lower left to its upper right.
  expect(line.count).toBeGreaterThan(300);
  expect(line.left).toBeLessThan(70);
  expect(line.right).toBeGreaterThan(363);
  expect(line.bottom - line.top).toBeGreaterThan(150);
  const point = await find(svg, [255, 0, 0]);
  // Half of it is cut off at the right end of the axis; vertically it is at the height where the line began.
  expect(Math.abs((point.top + point.bottom) / 2 - line.bottom)).toBeLessThan(5);
  expect(point.right).toBeGreaterThan(366);
});

it('a logarithmic axis gives equal factors equal distances and skips values that are not above 0', async () => {
  const at = (y: number) => ({
    ...figure,
    y: { label: 'Loss', logarithmic: true },
    series: [
      {
        label: 'Points',
        kind: 'points' as const,
        colour: (colours: Palette) => colours.bad,
        radius: 5,
        points: [{ x: 5, y }],
      },
      {
        label: 'Span',
        kind: 'line' as const,
        colour: (colours: Palette) => colours.line,
        width: 0.1,
        points: [
          { x: 0, y: 1 },
          { x: 5, y: 0 },
          { x: 10, y: 100 },
        ],
      },
    ],
  });
  const middleOf = async (y: number): Promise<number> => {
    const { top, bottom } = await find(figureSvg(at(y), palette, size), [255, 0, 0]);
    return (top + bottom) / 2;
  };
  const [low, middle, high] = [await middleOf(1), await middleOf(10), await middleOf(100)];
  expect(low - middle).toBeGreaterThan(60);
  expect(Math.abs(low - middle - (middle - high))).toBeLessThan(2);
});

it('a zoomed chart is exported zoomed', async () => {
  const all = await find(figureSvg(figure, palette, size), [0, 0, 255]);
  const part = figureSvg(figure, palette, size, { min: 0, max: 5 });
  expect((await find(part, [255, 0, 0])).count).toBe(0);
  const zoomed = await find(part, [0, 0, 255]);
  expect(zoomed.right).toBeGreaterThan(all.right - 5);
});

it('texts of any kind leave the drawing well-formed', async () => {
  for (const title of ['<script>"&\'</script>', 'a\u0001b', '', '探索']) {
    const svg = figureSvg({ ...figure, title, x: { label: title } }, palette, size);
    await expect(sharp(Buffer.from(svg)).png().toBuffer()).resolves.toBeInstanceOf(Buffer);
    expect(svg).not.toContain('<script>');
  }
});

it('a chart without values says so', () => {
  expect(figureSvg({ ...figure, series: [] }, palette, size)).toContain('No values.');
});

it('ticks are round and lie in the stretch', () => {
  expect(ticksOf({ min: 0, max: 1 }, false)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticksOf({ min: 12, max: 97 }, false)).toEqual([20, 40, 60, 80]);
  expect(ticksOf({ min: 0.5, max: 200 }, true)).toEqual([1, 10, 100]);
  expect(ticksOf({ min: 1, max: 100 }, true)).toEqual([1, 2, 5, 10, 20, 50, 100]);
  expect(ticksOf({ min: 80, max: 120 }, true)).toEqual([80, 90, 100, 110, 120]);
});

it('there are some and not too many of them, for any range', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.boolean(),
      (min, factor, logarithmic) => {
        const range = { min, max: min * (1 + factor) };
        const ticks = ticksOf(range, logarithmic);
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThanOrEqual(8);
        for (const tick of ticks) {
          expect(tick).toBeGreaterThanOrEqual(range.min * (1 - 1e-9));
          expect(tick).toBeLessThanOrEqual(range.max * (1 + 1e-9));
        }
      },
    ),
  );
});
