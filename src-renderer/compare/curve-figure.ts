import type { SearchConfig } from '../../src-shared/config/search-config';
import type { EpochRecord } from '../../src-shared/run/trial';
import { exactText, type Figure } from '../charts/figure';
import type { Point } from '../charts/reward-series';
import type { Series } from '../charts/series';
import type { ComparedRun } from './compared';

/** What a curve can show of each epoch. */
export interface Quantity {
  readonly key: 'validationAccuracy' | 'trainAccuracy' | 'validationLoss' | 'trainLoss';
  readonly name: string;
  /** With its unit. */
  readonly head: string;
  /** As it is shown; null where there is none. */
  readonly of: (epoch: EpochRecord) => number | null;
  readonly suits: (config: SearchConfig) => boolean;
}

const ofPictures = (): boolean => true;
const quantities: readonly Quantity[] = [
  {
    key: 'validationAccuracy',
    name: 'Validation accuracy',
    head: 'Validation accuracy, %',
    of: ({ validationAccuracy }) => 100 * validationAccuracy,
    suits: ofPictures,
  },
  {
    key: 'trainAccuracy',
    name: 'Training accuracy',
    head: 'Training accuracy, %',
    of: ({ trainAccuracy }) => 100 * trainAccuracy,
    suits: ofPictures,
  },
  {
    key: 'validationLoss',
    name: 'Validation loss',
    head: 'Validation loss, nats',
    of: ({ validationLoss }) => validationLoss,
    suits: ofPictures,
  },
  {
    key: 'trainLoss',
    name: 'Training loss',
    head: 'Training loss, nats',
    of: ({ trainLoss }) => trainLoss,
    suits: ofPictures,
  },
];

/** What curves of these runs can show. */
export function quantitiesOf(runs: readonly ComparedRun[]): readonly Quantity[] {
  return quantities.filter(({ suits }) => runs.some(({ detail }) => suits(detail.config)));
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
      .filter(({ run }) => quantity.suits(run.detail.config))
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
