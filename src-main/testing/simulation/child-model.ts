import { Generator } from '../../../src-shared/random';
import { metricNamed, type MetricId } from '../../../src-shared/run/metric';
import type { Trial } from '../../../src-shared/run/trial';

/** y = intercept + slope · x, and the standard deviation of the residuals. */
export interface Line {
  readonly intercept: number;
  readonly slope: number;
  readonly deviation: number;
}

/** The duration and result of children, as functions of a network's costs. */
export interface ChildModel {
  /** ln of the milliseconds of a training, by ln of the multiply-adds. */
  readonly duration: Line;
  /** The logit of the accuracy, or ln of the perplexity, by ln of the parameters. */
  readonly quality: Line;
}

/** The outcome of one child. */
export interface ModelledChild {
  readonly milliseconds: number;
  /** Accuracy or perplexity. */
  readonly measure: number;
}

type Costs = Pick<Trial, 'parameters' | 'multiplyAdds'>;

/** Draws the outcome of a child, from the seed alone. */
export function drawChild(
  { duration, quality }: ChildModel,
  metric: MetricId,
  { parameters, multiplyAdds }: Costs,
  seed: number,
): ModelledChild {
  const draws = Generator.seeded(seed, 'modelled child');
  const on = (line: Line, x: number): number =>
    line.intercept + line.slope * x + line.deviation * draws.normal();
  const milliseconds = Math.exp(on(duration, Math.log(multiplyAdds)));
  const level = on(quality, Math.log(parameters));
  return { milliseconds, measure: isShare(metric) ? 1 / (1 + Math.exp(-level)) : Math.exp(level) };
}

/**
 * The model of the children of a recorded run, by least squares over the completed ones.
 * @throws RangeError when they are fewer than three
 */
export function fitChildren(trials: readonly Trial[], metric: MetricId): ChildModel {
  const trained = trials.flatMap((trial) => {
    const { state, startedAt, endedAt, parameters, multiplyAdds } = trial;
    if (state !== 'completed' || startedAt === null || endedAt === null || trial.measure === null) return [];
    const share = Math.min(Math.max(trial.measure, 1e-3), 1 - 1e-3);
    const level = isShare(metric) ? Math.log(share / (1 - share)) : Math.log(trial.measure);
    return [{ ln: Math.log(Math.max(1, endedAt - startedAt)), parameters, multiplyAdds, level }];
  });
  return {
    duration: fitLine(trained.map(({ multiplyAdds, ln }) => [Math.log(multiplyAdds), ln])),
    quality: fitLine(trained.map(({ parameters, level }) => [Math.log(parameters), level])),
  };
}

function fitLine(points: readonly (readonly [number, number])[]): Line {
  if (points.length < 3) throw new RangeError('A line is fitted to three children or more.');
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const spread = mean(points.map(([x]) => (x - mx) ** 2));
  const slope = spread === 0 ? 0 : mean(points.map(([x, y]) => (x - mx) * (y - my))) / spread;
  const intercept = my - slope * mx;
  const deviation = Math.sqrt(mean(points.map(([x, y]) => (y - intercept - slope * x) ** 2)));
  return { intercept, slope, deviation };
}

/** Whether the metric is in [0, 1], so that its logit is modelled. */
function isShare(metric: MetricId): boolean {
  return metricNamed(metric).unit === '%';
}
