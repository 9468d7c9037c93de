import { Interaction, type Chart, type ChartEvent, type InteractionItem, type Plugin } from 'chart.js';
import { nearestIndex, pointsAt, type Point, type Series, bandOpacity } from './figure';

declare module 'chart.js' {
  interface InteractionModeMap {
    valuesAtX: (chart: Chart, event: ChartEvent) => InteractionItem[];
  }
}

/** Points this far from the pointer count as at it, in pixels. */
const reach = 6;

/** What a chart shows, with all points, of which it may draw but some; and those that the pointer is at. */
interface Shown {
  readonly series: readonly Series[];
  at: readonly (Point | null)[];
}
const shownBy = new WeakMap<Chart, Shown>();

/** Lets the pointer find all points of these series on a chart. */
export function pointerFinds(chart: Chart, series: readonly Series[]): void {
  shownBy.set(chart, { series, at: [] });
}

/** Chart data that `pointerFinds` needs. */
function seriesOn(chart: Chart): readonly Series[] {
  return shownBy.get(chart)?.series ?? [];
}

/** The point of a series, by its place among them, that the pointer is at. */
export function pointUnderPointer(chart: Chart, series: number): Point | null {
  return shownBy.get(chart)?.at[series] ?? null;
}

/** The pointer finds the values of all series at its x. */
export function registerValuesAtX(): void {
  Interaction.modes.valuesAtX = (chart: Chart, event: ChartEvent): InteractionItem[] => {
    const scale = chart.scales['x'];
    const shown = shownBy.get(chart);
    const { left, right, top, bottom } = chart.chartArea;
    const { x, y } = event;
    if (scale === undefined || shown === undefined || x === null || y === null) return [];
    if (x < left || x > right || y < top || y > bottom) return [];
    const value = scale.getValueForPixel(x) ?? 0;
    const near = Math.abs((scale.getValueForPixel(x + reach) ?? value) - value);
    shown.at = pointsAt(shown.series, value, near).map((index, series) =>
      index === null ? null : (shown.series[series]?.points[index] ?? null),
    );
    return shown.at.flatMap((point, datasetIndex) => {
      if (point === null) return [];
      // The drawn point nearest to it, which is at the same pixels.
      const drawn = chart.data.datasets[datasetIndex]?.data as readonly Point[] | undefined;
      const index = drawn === undefined ? null : nearestIndex(drawn, point.x);
      const element = index === null ? undefined : chart.getDatasetMeta(datasetIndex).data[index];
      return element === undefined || index === null ? [] : [{ element, datasetIndex, index }];
    });
  };
}

/** Fills the bands of a chart, below everything else. */
export const bands: Plugin<'line'> = {
  id: 'bands',
  beforeDatasetsDraw(chart: Chart) {
    const { x, y } = chart.scales;
    if (x === undefined || y === undefined) return;
    const { left, top, width, height } = chart.chartArea;
    const { ctx } = chart;
    for (const [index, { kind }] of seriesOn(chart).entries()) {
      const dataset = chart.data.datasets[index];
      if (kind !== 'band' || typeof dataset?.backgroundColor !== 'string') continue;
      const points = dataset.data as readonly Point[];
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, top, width, height);
      ctx.clip();
      ctx.beginPath();
      for (const point of points) ctx.lineTo(x.getPixelForValue(point.x), y.getPixelForValue(point.y));
      for (const point of points.toReversed())
        ctx.lineTo(x.getPixelForValue(point.x), y.getPixelForValue(point.low ?? point.y));
      ctx.globalAlpha = bandOpacity;
      ctx.fillStyle = dataset.backgroundColor;
      ctx.fill();
      ctx.restore();
    }
  },
};
