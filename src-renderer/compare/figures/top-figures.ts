import { topCurves, trainingTimes } from '../../../src-shared/run/figures';
import { type Figure, type Point, type Series, exactText } from '../../charts/figure';
import type { ComparedRun, Yardstick } from '../compared';

export type Against = 'children' | 'time';

/** How many of the best networks a curve is the mean of, and how it is drawn (paper figure 6). */
const sizes = [
  { size: 1, name: 'best', short: 'Best', width: 2.5, dashed: [] },
  { size: 5, name: 'mean of top 5', short: 'Mean of top 5', width: 1.8, dashed: [7, 3] },
  { size: 15, name: 'mean of top 15', short: 'Mean of top 15', width: 1.8, dashed: [2, 3] },
] as const;

const hour = 3_600_000;

/** For each size, the points of a run's curve. In the order of the proposals, or of the ends of their training. */
function curvesOf({ detail }: ComparedRun, yardstick: Yardstick, against: Against): Point[][] {
  const times = against === 'time' ? trainingTimes(detail.trials) : null;
  const trials =
    times === null
      ? detail.trials.filter(({ reward }) => reward !== null)
      : detail.trials
          .filter(({ number, reward }) => reward !== null && times.has(number))
          .sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0) || a.number - b.number);
  const sign = yardstick.lowerIsBetter ? -1 : 1;
  const worth = (trial: (typeof trials)[number]): number | null => {
    const value = yardstick.of(trial);
    return value === null ? null : sign * value;
  };
  const tops = topCurves(
    trials,
    sizes.map(({ size }) => size),
    worth,
  );
  return sizes.map((_, column) =>
    tops.flatMap(({ trial, means }) => {
      const mean = means[column] ?? null;
      const x = times === null ? trial : (times.get(trial) ?? 0) / hour;
      return mean === null ? [] : [{ x, y: sign * mean }];
    }),
  );
}

/** Points at which a curve of steps changes, with its first and last: it looks the same and is drawn faster. */
export function changesOf(points: readonly Point[]): Point[] {
  return points.filter(
    (point, index) => index === 0 || index === points.length - 1 || point.y !== points[index - 1]?.y,
  );
}

function xAxis(against: Against) {
  return against === 'children' ? { label: 'Children proposed' } : { label: 'Time in training, h' };
}

/** The best network, and the means of the best 5 and 15 unique ones, of each run over its course. */
export function topFigure(
  runs: readonly ComparedRun[],
  yardstick: Yardstick,
  against: Against,
  logarithmic: boolean,
): Figure {
  return {
    title: `${yardstick.name} of the best networks`,
    x: xAxis(against),
    y: { label: yardstick.head, logarithmic, tick: exactText, exact: yardstick.text },
    series: runs.flatMap((run) =>
      curvesOf(run, yardstick, against).map((points, index): Series => {
        const { name, width, dashed } = sizes[index as 0 | 1 | 2];
        return {
          label: `${run.label}: ${name}`,
          kind: 'line',
          colour: run.colour,
          points,
          width,
          dashed,
          stepped: true,
        };
      }),
    ),
  };
}

/** By how much a strategy is better than random search with as many children, or as much time (paper figure 6): above 0 it is. */
export function differenceFigure(
  other: ComparedRun,
  random: ComparedRun,
  yardstick: Yardstick,
  against: Against,
): Figure {
  const [ours, theirs] = [curvesOf(other, yardstick, against), curvesOf(random, yardstick, against)];
  return {
    title: `${other.label} against ${random.label}`,
    x: xAxis(against),
    y: { label: yardstick.differenceHead, tick: exactText, exact: exactText },
    series: sizes.map(({ short, width, dashed }, index): Series => ({
      label: short,
      kind: 'line',
      colour: other.colour,
      points: advantage(ours[index] ?? [], theirs[index] ?? [], yardstick.lowerIsBetter),
      width,
      dashed,
      stepped: true,
    })),
  };
}

/** The advantage of one curve of steps over another wherever both have begun and neither has ended. */
export function advantage(ours: readonly Point[], theirs: readonly Point[], lowerIsBetter: boolean): Point[] {
  const [first, last] = [
    Math.max(ours[0]?.x ?? Infinity, theirs[0]?.x ?? Infinity),
    Math.min(ours.at(-1)?.x ?? -Infinity, theirs.at(-1)?.x ?? -Infinity),
  ];
  const places = [...new Set([...ours, ...theirs].map(({ x }) => x))]
    .filter((x) => x >= first && x <= last)
    .sort((a, b) => a - b);
  const [own, other] = [stepsOf(ours), stepsOf(theirs)];
  return places.map((x) => {
    const more = own(x) - other(x);
    return { x, y: lowerIsBetter ? -more : more };
  });
}

/** A reader of a curve of steps, for ascending places. */
function stepsOf(points: readonly Point[]): (x: number) => number {
  let at = 0;
  return (x) => {
    while ((points[at + 1]?.x ?? Infinity) <= x) at++;
    return points[at]?.y ?? NaN;
  };
}
