import type { SearchConfig } from '../config/search-config';
import type { DatasetDescription } from '../tasks/data-kinds';
import { paceOfMeasured, type Measurement } from './measurement';
import type { EpochSteps } from '../tasks/data-kind';
import {
  epochSteps,
  multiplyAddsAnEpoch,
  quantile,
  sampleChildren,
  type SampledChild,
} from './typical-children';

/** The middle of the sampled children, and between what nine of ten lie. */
export interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** How long a search takes on this machine. Milliseconds. */
interface TimeEstimate {
  readonly child: Spread;
  /** Until the budget is used up; null without a limit. */
  readonly all: number | null;
  /** Children that are expected by then; null without a limit. */
  readonly children: number | null;
  /** Whether the measured children were of the size of these: others are reckoned from them, and roughly. */
  readonly isMeasured: boolean;
}

/** Estimate of a search before it starts. */
export interface SearchEstimate {
  readonly parameters: Spread;
  /** Of one trainer process at its largest typical child, in bytes. */
  readonly memory: number;
  readonly steps: EpochSteps;
  readonly time: TimeEstimate | null;
}

/** Number of sampled children. */
const sampled = 48;

/**
 * Estimates a search from children that an untrained controller proposes, and from how fast such children trained here.
 * @param measurement null while nothing has been measured: the time is then unknown
 * @throws CellsmithError 'config.invalid' when the data do not suit the search, 'architecture.invalid' when no child can be made
 */
export function estimateSearch(
  config: SearchConfig,
  description: DatasetDescription,
  measurement: Measurement | null,
): SearchEstimate {
  const children = sampleChildren(config, description, sampled);
  const steps = epochSteps(config, description);
  const memory = spreadOf(children.map((child) => trainerMemory(child, steps.examples))).high;
  const time = measurement === null ? null : timeOf(config, children, description, measurement);
  return { parameters: spreadOf(children.map(({ parameters }) => parameters)), memory, steps, time };
}

function timeOf(
  config: SearchConfig,
  children: readonly SampledChild[],
  description: DatasetDescription,
  measurement: Measurement,
): TimeEstimate {
  const { budget, trainers } = config;
  const steps = epochSteps(config, description);
  const pace = paceOfMeasured(measurement.children);
  const times = children.map(({ multiplyAdds, recipe }) => {
    const { training, evaluation, examples } = epochSteps({ recipe }, description);
    const perStep = multiplyAdds * examples;
    const epoch = training * pace.trainStep(perStep) + evaluation * pace.evaluationStep(perStep);
    const limit = recipe.timeLimit === null ? Infinity : 1000 * recipe.timeLimit;
    return Math.min(limit, pace.begin(perStep) + recipe.epochs * epoch);
  });
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const byHours = budget.hours === null ? Infinity : 3_600_000 * budget.hours;
  const atOnce = Math.min(trainers.count, budget.children ?? trainers.count);
  const atMost = Math.min(budget.children ?? Infinity, childrenOf(config, children, steps));
  const byChildren = (atMost * mean) / atOnce;
  const all = Math.min(byHours, byChildren);
  return {
    child: spreadOf(times),
    all: Number.isFinite(all) ? all : null,
    children: Number.isFinite(all)
      ? Math.min(Math.ceil(atMost), Math.max(1, Math.floor((all * atOnce) / mean)))
      : null,
    isMeasured: isOfSize(
      quantile(
        children.map(({ multiplyAdds }) => multiplyAdds),
        0.5,
      ) * steps.examples,
      measurement,
    ),
  };
}

/** Children that the budget's multiply-adds are enough for; infinitely many where it sets none. */
function childrenOf({ budget }: SearchConfig, children: readonly SampledChild[], steps: EpochSteps): number {
  if (budget.multiplyAdds === null) return Infinity;
  const sum = children.reduce((all, { multiplyAdds, recipe }) => all + multiplyAdds * recipe.epochs, 0);
  return (budget.multiplyAdds * children.length) / (sum * multiplyAddsAnEpoch(steps));
}

/** Whether a step's multiply-adds are within the range of the measured ones. */
function isOfSize(multiplyAdds: number, { children }: Measurement): boolean {
  const measured = children.map((child) => child.multiplyAdds);
  return multiplyAdds >= Math.min(...measured) / 2 && multiplyAdds <= 2 * Math.max(...measured);
}

/**
 * The most relevant measurement for a search: on the same kind of data, with the same trainers, of the children nearest in
 * size. Null when there is none.
 */
export function nearestMeasurement(
  measurements: readonly Measurement[],
  config: SearchConfig,
  description: DatasetDescription,
): Measurement | null {
  const { examples } = epochSteps(config, description);
  const typical = quantile(
    sampleChildren(config, description, sampled).map(({ multiplyAdds }) => multiplyAdds),
    0.5,
  );
  const distance = ({ children }: Measurement): number =>
    Math.abs(
      Math.log(
        (1 + typical * examples) /
          (1 +
            quantile(
              children.map((child) => child.multiplyAdds),
              0.5,
            )),
      ),
    );
  const { count, threads, device } = config.trainers;
  const comparable = measurements.filter(
    ({ kind, trainers }) =>
      kind === config.recipe.kind &&
      trainers.count === count &&
      trainers.threads === threads &&
      trainers.device === device,
  );
  return comparable.toSorted((a, b) => distance(a) - distance(b) || b.at - a.at)[0] ?? null;
}

function spreadOf(values: readonly number[]): Spread {
  return { low: quantile(values, 0.05), median: quantile(values, 0.5), high: quantile(values, 0.95) };
}

/** What a trainer process holds before it has a child: Node, TensorFlow, and its threads' stacks and scratch space. */
const empty = 470e6;
/** Weights, their gradients, and one optimiser value each; bytes per parameter. */
const bytesAParameter = 12;
/** The backward pass holds gradients in addition to the saved activations. */
const backward = 1.5;

/**
 * About how much memory a trainer process takes while it trains a child, in bytes. Computed from tensor sizes, without
 * training; a measurement is better.
 * @param examples images or tokens of a step
 */
function trainerMemory(
  child: Pick<SampledChild, 'parameters' | 'activationBytes'>,
  examples: number,
): number {
  return empty + bytesAParameter * child.parameters + backward * examples * child.activationBytes;
}
