import { metricNamed } from '../../../src-shared/run/metric';
import type { EpochRecord } from '../../../src-shared/tasks/data-kinds';
import { curveValue } from '../../charts/run-series';
import { exactText, type Figure, type Point, type Series } from '../../charts/figure';
import type { ComparedRun } from '../compared';

/** What a curve can show of each epoch. */
export interface Quantity {
  readonly key: string;
  readonly name: string;
  /** With its unit. */
  readonly head: string;
  /** Displayed value; null where there is none. */
  readonly of: (epoch: EpochRecord) => number | null;
  readonly suits: (run: ComparedRun['detail']) => boolean;
}

const sets = [
  { of: 'validation', name: 'Validation' },
  { of: 'train', name: 'Training' },
] as const;

/** What curves of these runs can show: what each is measured by, and the loss. */
export function quantitiesOf(runs: readonly ComparedRun[]): readonly Quantity[] {
  const shared = [...new Set(runs.map(({ detail }) => detail.summary.measure))];
  const ofMetrics = shared.flatMap((measure) =>
    sets.map(({ of, name }): Quantity => {
      const { name: measured, unit } = metricNamed(measure);
      return {
        key: `${of} ${measure}`,
        name: `${name} ${measured}`,
        head: `${name} ${measured}${unit === null ? '' : `, ${unit}`}`,
        of: (epoch) => finite(curveValue(epoch, { of, loss: false }, measure)),
        suits: ({ summary }) => summary.measure === measure,
      };
    }),
  );
  // Losses on images and on text are of different things, though both are in nats.
  const kinds = [...new Set(runs.map(({ detail }) => detail.config.recipe.kind))];
  const ofLosses = kinds.flatMap((kind) =>
    sets.map(({ of, name }): Quantity => {
      const words = `${name} loss${kinds.length === 1 ? '' : ` on ${kind}`}`;
      return {
        key: `${of} loss ${kind}`,
        name: words,
        head: `${words}, nats`,
        of: (epoch) => finite(curveValue(epoch, { of, loss: true }, 'accuracy')),
        suits: ({ config }) => config.recipe.kind === kind,
      };
    }),
  );
  return [...ofMetrics, ...ofLosses];
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

interface ChildWithEpochs {
  readonly run: ComparedRun;
  readonly trial: number;
  readonly epochs: readonly EpochRecord[];
}

/** Curves of children laid over each other: a child has the colour of its number, as everywhere, and the strokes of its run. */
export function curveFigure(
  children: readonly ChildWithEpochs[],
  quantity: Quantity,
  against: 'epochs' | 'time',
  logarithmic: boolean,
  severalRuns: boolean,
): Figure {
  return {
    title: `${quantity.name} of children`,
    x: { label: against === 'epochs' ? 'Epoch' : 'Time in training, s' },
    y: { label: quantity.head, logarithmic, tick: exactText, exact: exactText },
    series: children
      .filter(({ run }) => quantity.suits(run.detail))
      .map(({ run, trial, epochs }): Series => ({
        label: severalRuns ? `${run.label}, child ${trial}` : `Child ${trial}`,
        kind: 'line',
        colour: (palette) => palette.series[(trial - 1) % palette.series.length] ?? palette.text,
        dashed: run.dashes,
        points: pointsOf(epochs, quantity, against),
      })),
  };
}

function pointsOf(epochs: readonly EpochRecord[], { of }: Quantity, against: 'epochs' | 'time'): Point[] {
  let seconds = 0;
  return epochs.flatMap((epoch) => {
    seconds += epoch.seconds;
    const y = of(epoch);
    return y === null ? [] : [{ x: against === 'epochs' ? epoch.epoch + 1 : seconds, y }];
  });
}
