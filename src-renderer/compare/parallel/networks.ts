import type { ListedTrial } from '../../../src-shared/run/trial';
import { csvOf, type Cell } from '../../charts/csv';
import type { Palette } from '../../charts/theme';
import type { ComparedRun, Yardstick } from '../compared';
import { type DecisionAxis, scaleColour } from './axes';
import type { Strokes } from './draw';

/** A trained network of a compared run. */
export interface ComparedNetwork {
  readonly run: ComparedRun;
  readonly trial: ListedTrial;
  /** Displayed value. */
  readonly value: number;
}

/** Number of colour steps; lines of one step are drawn together. */
const colours = 24;

/** The trained networks of all runs, the worst first, so that the best are drawn on top. */
export function comparedNetworks(runs: readonly ComparedRun[], yardstick: Yardstick): ComparedNetwork[] {
  return runs
    .flatMap((run) =>
      run.detail.trials.flatMap((trial) => {
        const value = trial.state === 'completed' ? yardstick.of(trial) : null;
        return value === null ? [] : [{ run, trial, value }];
      }),
    )
    .sort((a, b) => (yardstick.lowerIsBetter ? b.value - a.value : a.value - b.value));
}

/** Columns that every network has, independent of its decisions. */
export function endAxes(networks: readonly ComparedNetwork[], yardstick: Yardstick): DecisionAxis[] {
  const axis = (key: string, words: string, values: number[]): DecisionAxis => ({
    key,
    name: key,
    label: ['Network', words],
    options: null,
    values,
  });
  return [
    axis(
      'parameters',
      'parameters',
      networks.map(({ trial }) => trial.parameters),
    ),
    axis(
      'value',
      yardstick.short,
      networks.map(({ value }) => value),
    ),
  ];
}

/**
 * Styles of the lines: those that pass the filters are brighter the better their value; the others are faint, behind them.
 * @param networks the worst first
 * @param passed of each of them
 */
export function strokesOf(
  networks: readonly Pick<ComparedNetwork, 'value'>[],
  passed: readonly boolean[],
  { scale, line }: Pick<Palette, 'scale' | 'line'>,
): Strokes[] {
  const [worst, best] = [networks[0]?.value ?? 0, networks.at(-1)?.value ?? 0];
  const rest: number[] = [];
  const steps: number[][] = Array.from({ length: colours }, () => []);
  let selected = 0;
  for (const [index, { value }] of networks.entries()) {
    if (passed[index] !== true) {
      rest.push(index);
      continue;
    }
    const share = best === worst ? 1 : (value - worst) / (best - worst);
    steps[Math.min(colours - 1, Math.floor(share * colours))]?.push(index);
    selected++;
  }
  const faintest = Math.min(0.9, Math.max(0.2, 200 / Math.max(1, selected)));
  return [
    { colour: line, alpha: 0.5, width: 1, networks: rest },
    ...steps.map((indices, step) => {
      const share = step / (colours - 1);
      return {
        colour: scaleColour(scale, share),
        alpha: faintest + (1 - faintest) * share ** 2,
        width: 1 + share,
        networks: indices,
      };
    }),
  ].filter((stroke) => stroke.networks.length > 0);
}

/** All decisions of networks, shown or not. */
export function decisionsCsv(
  networks: readonly ComparedNetwork[],
  axes: readonly DecisionAxis[],
  selected: readonly number[],
  yardstick: Yardstick,
): string {
  return csvOf(
    ['Run', 'Child', 'Parameters', yardstick.head, ...axes.map(({ label }) => label.join(' '))],
    selected.flatMap((index) => {
      const network = networks[index];
      if (network === undefined) return [];
      const { run, trial, value } = network;
      return [[run.label, trial.number, trial.parameters, value, ...axes.map((axis) => cellOf(axis, index))]];
    }),
  );
}

function cellOf({ options, values }: DecisionAxis, index: number): Cell {
  const value = values[index] ?? null;
  return value === null || options === null ? value : (options[value] ?? null);
}
