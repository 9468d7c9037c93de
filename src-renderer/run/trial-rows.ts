import type { ListedTrial, TrialState } from '../../src-shared/run/trial';

export const trialColumns = ['number', 'state', 'measure', 'reward', 'depth', 'parameters', 'time'] as const;
export type TrialColumn = (typeof trialColumns)[number];

export interface TrialOrder {
  readonly by: TrialColumn;
  readonly descending: boolean;
}

/** Training time of a child in ms; null for those that were not trained, or not yet. */
export function trainingTime({ startedAt, endedAt }: ListedTrial): number | null {
  return startedAt === null || endedAt === null ? null : endedAt - startedAt;
}

const valueOf: Readonly<Record<TrialColumn, (trial: ListedTrial) => number | string | null>> = {
  number: (trial) => trial.number,
  state: (trial) => trial.state,
  measure: (trial) => trial.measure,
  reward: (trial) => trial.reward,
  depth: (trial) => trial.depth,
  parameters: (trial) => trial.parameters,
  time: trainingTime,
};

/**
 * The rows of a table of children. Missing values sort last in both directions; ties by number.
 * @param text digits mean the number of a child; other words are looked for in its state, the reason of its failure and its hash
 */
export function trialRows(
  trials: readonly ListedTrial[],
  order: TrialOrder,
  state: TrialState | 'all',
  text: string,
): ListedTrial[] {
  const wanted = text.trim().toLowerCase();
  const value = valueOf[order.by];
  const sign = order.descending ? -1 : 1;
  return trials
    .filter(
      (trial) => (state === 'all' || trial.state === state) && (wanted === '' || matches(trial, wanted)),
    )
    .sort((a, b) => {
      const [left, right] = [value(a), value(b)];
      if (left === null || right === null)
        return Number(left === null) - Number(right === null) || a.number - b.number;
      if (left === right) return a.number - b.number;
      return left < right ? -sign : sign;
    });
}

function matches(trial: ListedTrial, wanted: string): boolean {
  if (/^\d+$/.test(wanted)) return String(trial.number) === wanted;
  return [
    trial.state,
    trial.failure?.reason ?? '',
    trial.failure?.message ?? '',
    trial.architectureHash,
  ].some((part) => part.toLowerCase().includes(wanted));
}

const endingTexts: Readonly<Record<NonNullable<ListedTrial['endedBy']>, string>> = {
  user: 'Stopped by you before its last epoch.',
  rule: 'Stopped early: not promising.',
};

/**
 * Remarks on a child in addition to its numbers.
 * @param name of a given child; undefined for those that a search found
 */
export function remarkOf(
  { failure, reusedFrom, endedBy, retries, batchSize }: ListedTrial,
  name?: string,
): string {
  const remarks = [
    ...(failure === null ? [] : [failure.message]),
    ...(reusedFrom === null ? [] : [`Same network as child ${reusedFrom}.`]),
    ...(endedBy === null ? [] : [endingTexts[endedBy]]),
    ...(retries === 0 ? [] : [`Trained again${retries === 1 ? '' : ` ${retries} times`}.`]),
    ...(batchSize === null ? [] : [`Batch size ${batchSize}.`]),
  ];
  const own = name === undefined ? [] : [remarks.length === 0 ? name : `${name}.`];
  return [...own, ...remarks].join(' ');
}
