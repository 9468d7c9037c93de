import type { OptionsOf } from '../src-shared/config/strategies/strategies';
import { Generator } from '../src-shared/random';
import { paperController, syntheticSearch } from '../src-main/testing/synthetic-strategy';

/** What a child's training adds to its reward by chance: more than half of what random architectures differ by. */
const noise = 0.05;

/** Searches of these many children, and the settings to compare; each axis is tried around the one before's best. */
const budgets: readonly {
  readonly proposals: number;
  readonly rates: readonly number[];
  readonly batches: readonly number[];
}[] = [
  { proposals: 32, rates: [0.006, 0.01, 0.02, 0.035], batches: [1, 2, 4, 8] },
  { proposals: 100, rates: [0.006, 0.01, 0.02, 0.035], batches: [1, 2, 4, 8] },
  { proposals: 200, rates: [0.003, 0.006, 0.01, 0.02], batches: [1, 2, 4, 8] },
  { proposals: 600, rates: [0.001, 0.002, 0.003, 0.006], batches: [2, 4, 8] },
  { proposals: 2000, rates: [0.001, 0.002, 0.004], batches: [2, 4, 8] },
];
const decays = [0.7, 0.9, 0.95, 0.98];
const bonuses = [0, 0.0003, 0.001, 0.003];

type Setting = Pick<
  OptionsOf<'reinforce'>,
  'learningRate' | 'childrenPerUpdate' | 'baselineDecay' | 'entropyBonus'
>;

interface Outcome {
  readonly setting: Setting;
  /** Over the seeds, without the noise: of the last quarter the mean, its standard deviation and its worst. */
  readonly last: number;
  readonly deviation: number;
  readonly worst: number;
  /** Mean over the seeds of all rewards, and of the best. */
  readonly all: number;
  readonly best: number;
}

/** Prints a table for each budget: rate × m, then the baseline's decay and the entropy bonus at the best of them. */
export function tuneController(seeds: number): void {
  for (const { proposals, rates, batches } of budgets) {
    console.log(`\n${proposals} proposals, ${seeds} seeds\n`);
    console.log('| rate | m | decay | bonus | last quarter | ± | worst | all | best |');
    console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
    const tell = (setting: Setting): Outcome => {
      const outcome = outcomeOf(setting, proposals, seeds);
      const { learningRate, childrenPerUpdate, baselineDecay, entropyBonus } = setting;
      const { last, deviation, worst, all, best } = outcome;
      const figures = [last, deviation, worst, all, best].map((figure) => figure.toFixed(3));
      console.log(
        `| ${[learningRate, childrenPerUpdate, baselineDecay, entropyBonus, ...figures].join(' | ')} |`,
      );
      return outcome;
    };
    const start = { baselineDecay: 0.9, entropyBonus: 0 };
    const first = rates.flatMap((learningRate) =>
      batches.map((childrenPerUpdate) => tell({ learningRate, childrenPerUpdate, ...start })),
    );
    const second = decays
      .filter((decay) => decay !== start.baselineDecay)
      .map((baselineDecay) => tell({ ...bestOf(first), baselineDecay }));
    const chosen = bestOf([...first, ...second]);
    const third = bonuses
      .filter((bonus) => bonus !== start.entropyBonus)
      .map((entropyBonus) => tell({ ...chosen, entropyBonus }));
    console.log(`\nBest: ${JSON.stringify(bestOf([...first, ...second, ...third]))}`);
  }
}

function bestOf(outcomes: readonly Outcome[]): Setting {
  return outcomes.reduce((best, outcome) => (outcome.last > best.last ? outcome : best)).setting;
}

function outcomeOf(setting: Setting, proposals: number, seeds: number): Outcome {
  const runs = Array.from({ length: seeds }, (_, seed) => {
    const chance = Generator.seeded(seed, 'noise');
    const config = { ...paperController, ...setting };
    return syntheticSearch(config, seed, proposals, () => noise * chance.normal()).slice(0, proposals);
  });
  const lasts = runs.map((rewards) => meanOf(rewards.slice(-Math.ceil(proposals / 4))));
  const last = meanOf(lasts);
  return {
    setting,
    last,
    deviation: Math.sqrt(meanOf(lasts.map((value) => (value - last) ** 2))),
    worst: Math.min(...lasts),
    all: meanOf(runs.map(meanOf)),
    best: meanOf(runs.map((rewards) => Math.max(...rewards))),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
