import { wholeNumber } from '../../../src-shared/format';
import { shortCount } from '../../../src-shared/architecture/conv/conv-text';
import { paretoFront } from '../../../src-shared/run/figures';
import type { ListedTrial } from '../../../src-shared/run/trial';
import { csvOf } from '../../charts/csv';
import { type Figure, exactText, type Point } from '../../charts/figure';
import type { ComparedRun, Yardstick } from '../compared';

/** A trained network of a run with its size and metric. */
export interface Sized {
  readonly run: ComparedRun;
  readonly trial: ListedTrial;
  /** Displayed value. */
  readonly value: number;
}

/** The trained networks of all runs, smallest first. */
export function sizedNetworks(runs: readonly ComparedRun[], yardstick: Yardstick): Sized[] {
  return runs
    .flatMap((run) =>
      run.detail.trials.flatMap((trial) => {
        const value = trial.state === 'completed' ? yardstick.of(trial) : null;
        return value === null ? [] : [{ run, trial, value }];
      }),
    )
    .sort((a, b) => a.trial.parameters - b.trial.parameters);
}

/** Those that no other of any run beats in size and value. */
export function frontOf(networks: readonly Sized[], { lowerIsBetter }: Yardstick): Sized[] {
  const weighed = networks.map(({ trial, value }) => ({
    cost: trial.parameters,
    worth: lowerIsBetter ? -value : value,
  }));
  return paretoFront(weighed).flatMap((index) => networks[index] ?? []);
}

/** What networks reach against their size, with the front marked. The points of a run are those of `networks` in order. */
export function sizeFigure(
  runs: readonly ComparedRun[],
  networks: readonly Sized[],
  front: readonly Sized[],
  yardstick: Yardstick,
  logarithmic: { readonly x: boolean; readonly y: boolean },
): Figure {
  const pointOf = ({ trial, value }: Sized): Point => ({
    x: trial.parameters,
    y: value,
    name: `child ${trial.number}`,
  });
  return {
    title: `${yardstick.name} against size`,
    x: {
      label: 'Parameters',
      logarithmic: logarithmic.x,
      tick: shortCount,
      exact: wholeNumber,
    },
    y: { label: yardstick.head, logarithmic: logarithmic.y, tick: exactText, exact: yardstick.text },
    hover: 'point',
    series: [
      ...runs.map((run) => ({
        label: run.label,
        kind: 'points' as const,
        colour: run.colour,
        points: networks.filter((network) => network.run === run).map(pointOf),
      })),
      {
        label: 'Pareto front',
        kind: 'line',
        colour: (palette) => palette.best,
        points: front.map(pointOf),
        stepped: true,
        width: 1.5,
        marked: true,
      },
    ],
  };
}

/** Every network with its tooltip. */
export function sizeCsv(networks: readonly Sized[], front: readonly Sized[], yardstick: Yardstick): string {
  const best = new Set(front);
  return csvOf(
    ['Run', 'Child', 'Parameters', 'Multiply-adds', yardstick.head, 'Reward', 'Pareto front'],
    networks.map((network) => [
      network.run.label,
      network.trial.number,
      network.trial.parameters,
      network.trial.multiplyAdds,
      network.value,
      network.trial.reward,
      best.has(network) ? 'yes' : 'no',
    ]),
  );
}
