import {
  bandOpacity,
  exactText,
  fits,
  stretch,
  type Axis,
  type Figure,
  type Range,
  type Point,
  dashesOf,
  type Series,
} from './figure';
import type { Palette } from './theme';

/** Pixels of a saved image at its plain size. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const fontSize = 12;
const font = "system-ui, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif";

/** Text for inside an element or a quoted attribute. */
export function escapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': 'amp',
    '<': 'lt',
    '>': 'gt',
    '"': 'quot',
    "'": 'apos',
  };
  return (
    text
      // XML has no control characters.
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
      .replace(/[&<>"']/g, (sign) => `&${names[sign] ?? ''};`)
  );
}

/** A whole image: its content on the ground of the theme. */
export function svgDocument(
  { width, height }: Size,
  title: string,
  palette: Palette,
  content: string,
): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="${escapeXml(font)}" font-size="${fontSize}" fill="${palette.text}">` +
    `<title>${escapeXml(title)}</title><rect width="${width}" height="${height}" fill="${palette.raised}"/>${content}</svg>`
  );
}

/** How wide a text is about, in pixels: no font can be measured here. */
export function textWidth(text: string): number {
  return 0.56 * fontSize * text.length;
}

/**
 * A chart as an image with title, legend and axes.
 * @param shown the stretch of x that is drawn, when it is not all of it
 */
export function figureSvg(figure: Figure, palette: Palette, size: Size, shown: Range | null = null): string {
  const { title, x, y } = figure;
  const series = figure.series.map((one) => ({
    ...one,
    points: one.points.filter((point) => fits(point.x, x) && fits(point.y, y)),
  }));
  const all = series.flatMap(({ points }) => points);
  const xRange =
    shown ??
    stretch(
      all.map((point) => point.x),
      x,
      0,
    );
  const yRange = stretch(
    series.flatMap((one) => shownOf(one, shown)).map((point) => point.y),
    y,
    0.05,
  );
  const legend = legendOf(series, palette, size.width - 32);
  const head = `<text x="16" y="24" font-size="15" font-weight="600">${escapeXml(title)}</text>${legend.svg}`;
  if (xRange === null || yRange === null)
    return svgDocument(
      size,
      title,
      palette,
      `${head}<text x="16" y="${legend.bottom + 24}">No values.</text>`,
    );

  const yTicks = ticksOf(yRange, y.logarithmic === true);
  const left = 40 + Math.max(0, ...yTicks.map((tick) => textWidth(tickText(y, tick))));
  const [right, top, bottom] = [size.width - 28, legend.bottom + 8, size.height - 44];
  const xAt = scale(x, xRange, left, right);
  const yAt = scale(y, yRange, bottom, top);
  const grid = yTicks.map(
    (tick) =>
      `<line x1="${left}" x2="${right}" y1="${round(yAt(tick))}" y2="${round(yAt(tick))}" stroke="${palette.line}"/>` +
      `<text x="${left - 6}" y="${round(yAt(tick) + 4)}" text-anchor="end" fill="${palette.soft}">${escapeXml(tickText(y, tick))}</text>`,
  );
  const marks = ticksOf(xRange, x.logarithmic === true).map(
    (tick) =>
      `<line x1="${round(xAt(tick))}" x2="${round(xAt(tick))}" y1="${bottom}" y2="${bottom + 4}" stroke="${palette.soft}"/>` +
      `<text x="${round(xAt(tick))}" y="${bottom + 18}" text-anchor="middle" fill="${palette.soft}">${escapeXml(tickText(x, tick))}</text>`,
  );
  const middle = (top + bottom) / 2;
  const titles =
    `<text x="${round((left + right) / 2)}" y="${bottom + 36}" text-anchor="middle">${escapeXml(x.label)}</text>` +
    `<text transform="translate(16 ${round(middle)}) rotate(-90)" text-anchor="middle">${escapeXml(y.label)}</text>`;
  const frame = `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="${palette.soft}"/>`;
  const clip = `<clipPath id="plot"><rect x="${left}" y="${top - 4}" width="${right - left}" height="${bottom - top + 8}"/></clipPath>`;
  const boundaries = (figure.marks ?? [])
    .filter((mark) => mark.x > xRange.min && mark.x < xRange.max)
    .map(
      (mark) =>
        `<line x1="${round(xAt(mark.x))}" x2="${round(xAt(mark.x))}" y1="${top}" y2="${bottom}" stroke="${palette.soft}" stroke-dasharray="2 3"/>` +
        `<text x="${round(xAt(mark.x) + 4)}" y="${top + 10}" fill="${palette.soft}">${escapeXml(mark.label)}</text>`,
    );
  const drawn = series.map((one) => seriesSvg(one, palette, (point) => [xAt(point.x), yAt(point.y)]));
  return svgDocument(
    size,
    title,
    palette,
    `${head}${clip}${grid.join('')}${marks.join('')}${boundaries.join('')}${frame}${titles}<g clip-path="url(#plot)">${drawn.join('')}</g>`,
  );
}

/** The points of a series in the stretch that is shown, and of a line the ends of what comes in from outside. */
function shownOf({ kind, points }: Series, shown: Range | null): readonly Point[] {
  if (shown === null) return points;
  const more = kind === 'line' ? 1 : 0;
  return points.filter((point, index) => {
    const [before, after] = [points[index - more] ?? point, points[index + more] ?? point];
    return after.x >= shown.min && before.x <= shown.max;
  });
}

function tickText({ tick }: Axis, value: number): string {
  return tick === undefined ? exactText(value) : tick(value);
}

function scale(
  { logarithmic }: Axis,
  { min, max }: Range,
  from: number,
  to: number,
): (value: number) => number {
  const place = logarithmic === true ? Math.log : (value: number) => value;
  const [first, last] = [place(min), place(max)];
  return (value) =>
    last === first ? (from + to) / 2 : from + ((place(value) - first) / (last - first)) * (to - from);
}

function seriesSvg(
  series: Series,
  palette: Palette,
  at: (point: Point) => readonly [number, number],
): string {
  const colour = escapeXml(series.colour(palette));
  const places = series.points.map((point) => at(point).map(round));
  const label = `<title>${escapeXml(series.label)}</title>`;
  if (series.kind === 'band') {
    const low = series.points.map(({ x, y, low: least }) => at({ x, y: least ?? y }).map(round)).reverse();
    const edge = [...places, ...low].map(([x = 0, y = 0]) => `${x} ${y}`).join('L');
    return `<path d="M${edge}Z" fill="${colour}" fill-opacity="${bandOpacity}">${label}</path>`;
  }
  if (series.kind === 'points' || places.length === 1) {
    const radius = series.radius ?? 2.5;
    const mark = ([x = 0, y = 0]: readonly number[]): string =>
      series.cross === true
        ? `M${x - radius} ${y - radius}l${2 * radius} ${2 * radius}m0 ${-2 * radius}l${-2 * radius} ${2 * radius}`
        : `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`;
    const look =
      series.cross === true ? `fill="none" stroke="${colour}" stroke-width="1.5"` : `fill="${colour}"`;
    return `<path d="${places.map(mark).join('')}" ${look}>${label}</path>`;
  }
  const d = places.map(([x = 0, y = 0], index) =>
    index === 0 ? `M${x} ${y}` : series.stepped === true ? `H${x}V${y}` : `L${x} ${y}`,
  );
  const dashes = dashesOf(series);
  const rings =
    series.marked === true
      ? places.map(
          ([x = 0, y = 0]) =>
            `<circle cx="${x}" cy="${y}" r="5" fill="none" stroke="${colour}" stroke-width="2"/>`,
        )
      : [];
  return (
    `<path d="${d.join('')}" fill="none" stroke="${colour}" stroke-width="${series.width ?? 2}" stroke-linejoin="round"` +
    `${dashes.length === 0 ? '' : ` stroke-dasharray="${dashes.join(' ')}"`}>${label}</path>${rings.join('')}`
  );
}

/** The names of the series with their looks, in as many lines as they need. */
function legendOf(
  series: readonly Series[],
  palette: Palette,
  width: number,
): { svg: string; bottom: number } {
  let [x, y] = [16, 44];
  const entries = series.map((one) => {
    const wide = 36 + textWidth(one.label);
    if (x > 16 && x + wide > width) [x, y] = [16, y + 18];
    const sample: Series = {
      ...one,
      stepped: false,
      marked: false,
      points:
        one.kind !== 'points'
          ? [
              { x: 0, y: -4, low: 4 },
              { x: 18, y: -4, low: 4 },
            ].map((point) => (one.kind === 'band' ? point : { x: point.x, y: 0 }))
          : [{ x: 9, y: 0 }],
    };
    const [left, top] = [x, y];
    x += wide;
    return (
      seriesSvg(sample, palette, (point) => [left + point.x, top - 4]) +
      `<text x="${round(left + 24)}" y="${top}" fill="${palette.soft}">${escapeXml(one.label)}</text>`
    );
  });
  return { svg: entries.join(''), bottom: series.length === 0 ? 32 : y + 6 };
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}

/**
 * Round values that divide a stretch of an axis.
 * @param most maximum number of ticks
 */
export function ticksOf({ min, max }: Range, logarithmic: boolean, most = 7): number[] {
  return logarithmic ? logarithmicTicks(min, max, most) : linearTicks(min, max, most);
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function linearTicks(min: number, max: number, most: number): number[] {
  const rough = (max - min) / most;
  if (!(rough > 0)) return [min];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(min / step);
  const last = Math.floor(max / step);
  // Counted in steps: sums of a fraction would drift.
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** Powers of ten; where there are few of them, also their double and fivefold; within less than a decade as on a linear axis. */
function logarithmicTicks(min: number, max: number, most: number): number[] {
  const [first, last] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  for (const factors of [[1, 2, 5], [1]]) {
    const ticks: number[] = [];
    for (let power = first; power <= last; power++)
      for (const factor of factors) ticks.push(Number((factor * 10 ** power).toPrecision(6)));
    const inside = ticks.filter((tick) => tick >= min && tick <= max);
    if (inside.length >= 3 && inside.length <= most) return inside;
    if (inside.length < 3) return linearTicks(min, max, most);
  }
  const every = Math.ceil((last - first + 1) / most);
  const powers: number[] = [];
  for (let power = first; power <= last; power += every) powers.push(10 ** power);
  return powers.filter((tick) => tick >= min && tick <= max);
}
