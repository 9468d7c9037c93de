import type { Chart, Plugin } from 'chart.js';
import type { Point } from './reward-series';
import { seriesOn } from './values-at-x';

/** How strong the ground of a band is, on the screen and in images. */
export const bandOpacity = 0.16;

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
