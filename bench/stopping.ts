/** `npm run bench -- stopping`: what rules of early stopping would have saved and cost in a run; docs/early-stopping.md has the result. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { noEarlyStopping, type EarlyStoppingConfig } from '../src-shared/early-stopping';
import { recordedRunSchema, recordRun, type RecordedRun } from './stopping/recorded-run';
import { replay } from './stopping/replay';

const root = resolve(import.meta.dirname, '..', '..');

const options = new Command('bench stopping')
  .description(
    'Goes through a recorded run with each rule of early stopping; without --run through the one that is kept in bench/.',
  )
  .option('--run <folder>', 'folder of another run, whose children were trained to the end')
  .option('--record <file>', 'write what is needed of that run, and end')
  .parse()
  .opts<{ readonly run?: string; readonly record?: string }>();

const rules: readonly Partial<EarlyStoppingConfig>[] = [
  ...[2, 3, 4, 5].map((afterEpochs) => ({ rule: 'median' as const, afterEpochs })),
  ...[0.8, 0.9, 0.95, 0.99].map((confidence) => ({ rule: 'extrapolation' as const, confidence })),
];

const run = options.run === undefined ? keptRun() : recordRun(resolve(options.run));
if (options.record !== undefined) writeFileSync(options.record, `${JSON.stringify(run)}\n`);
else {
  console.log(`${run.children.length} children of ${run.config.recipe.epochs} epochs\n`);
  console.log(
    '| rule | children ended | epochs saved | time saved | rank correlation | regret | of the best 5 kept |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const changes of rules) console.log(rowOf(run, { ...noEarlyStopping, ...changes }));
}

function rowOf(run: RecordedRun, rule: EarlyStoppingConfig): string {
  const { ended, epochsSaved, timeSaved, rankCorrelation, regret, bestKept } = replay(run, rule);
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const cells = [
    rule.rule === 'median'
      ? `median after ${rule.afterEpochs} epochs`
      : `extrapolation, ${percent(rule.confidence)} sure`,
    ended,
    percent(epochsSaved),
    percent(timeSaved),
    rankCorrelation.toFixed(2),
    run.config.recipe.kind === 'images' ? `${(100 * regret).toFixed(2)} points` : regret.toFixed(3),
    bestKept,
  ];
  return `| ${cells.join(' | ')} |`;
}

function keptRun(): RecordedRun {
  const text = readFileSync(join(root, 'bench', 'stopping', 'fixtures', 'recorded-run.json'), 'utf8');
  return recordedRunSchema.parse(JSON.parse(text));
}
