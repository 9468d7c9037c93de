import { z } from 'zod';
import { migrateConfig } from '../../src-shared/config/migrations';
import { searchConfigSchema, type SearchConfig } from '../../src-shared/config/search-config';
import { validationMetric } from '../../src-shared/run/metric';
import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import { openRunReadOnly } from '../../src-main/runs/run-folder';
import { readEpochs } from '../../src-main/runs/tables/epochs';
import { readTrials } from '../../src-main/runs/tables/trials';

const measurements = z.array(z.number());

/** What is kept of a run to see what a rule would have done in it: the epochs of its children, all trained to the end. */
export const recordedRunSchema = z.strictObject({
  config: z.preprocess(migrateConfig, searchConfigSchema),
  children: z.array(
    z.strictObject({
      /** Validation accuracy or perplexity of each epoch, and its seconds. */
      measures: measurements,
      seconds: measurements,
    }),
  ),
});
export type RecordedRun = z.infer<typeof recordedRunSchema>;

/** The children of a run that were trained to their last epoch, in the order of their proposals. */
export function recordRun(folder: string): RecordedRun {
  const run = openRunReadOnly(folder);
  try {
    const { config } = run.manifest;
    const children = readTrials(run.database)
      .filter(({ state, endedBy }) => state === 'completed' && endedBy === null)
      .map(({ number }) => readEpochs(run.database, number))
      .filter((epochs) => epochs.length === config.recipe.epochs)
      .map((epochs) => ({
        // A perplexity past all numbers is kept as the largest number.
        measures: epochs.map((epoch) => rounded(validationMetric(epoch) ?? Number.MAX_VALUE, 6)),
        seconds: epochs.map(({ seconds }) => rounded(seconds, 3)),
      }));
    return { config, children };
  } finally {
    run.close();
  }
}

/** The first epochs of a recorded child, with what rules and rewards take of them. */
export function epochsOf(
  { recipe }: SearchConfig,
  { measures, seconds }: RecordedRun['children'][number],
  count: number,
): EpochRecord[] {
  return measures.slice(0, count).map((measure, epoch) => {
    const common = { epoch, seconds: seconds[epoch] ?? 0, learningRate: recipe.learningRate };
    return recipe.kind === 'images'
      ? {
          ...common,
          kind: 'images',
          trainLoss: 0,
          trainAccuracy: 0,
          validationLoss: 0,
          validationAccuracy: measure,
        }
      : { ...common, kind: 'text', trainPerplexity: null, validationPerplexity: measure };
  });
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
