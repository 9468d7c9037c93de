import { Interaction, type Chart, type ChartEvent, type InteractionItem } from 'chart.js';
import { pointsAt } from './figure';
import type { Point } from './reward-series';

declare module 'chart.js' {
  interface InteractionModeMap {
    valuesAtX: (chart: Chart, event: ChartEvent) => InteractionItem[];
  }
}

/** Points this far from the pointer count as at it, in pixels. */
const reach = 6;

/** The pointer finds the values of all series at its x. */
export function registerValuesAtX(): void {
  Interaction.modes.valuesAtX = (chart: Chart, event: ChartEvent): InteractionItem[] => {
    const scale = chart.scales['x'];
    const { left, right, top, bottom } = chart.chartArea;
    const { x, y } = event;
    if (scale === undefined || x === null || y === null) return [];
    if (x < left || x > right || y < top || y > bottom) return [];
    const value = scale.getValueForPixel(x) ?? 0;
    const near = Math.abs((scale.getValueForPixel(x + reach) ?? value) - value);
    const series = chart.data.datasets.map(({ data }, index) => ({
      points: data as readonly Point[],
      kind:
        chart.getDatasetMeta(index).dataset?.options['showLine'] === false
          ? ('points' as const)
          : ('line' as const),
    }));
    return pointsAt(series, value, near).flatMap((index, datasetIndex) => {
      const element = index === null ? undefined : chart.getDatasetMeta(datasetIndex).data[index];
      return element === undefined || index === null ? [] : [{ element, datasetIndex, index }];
    });
  };
}
