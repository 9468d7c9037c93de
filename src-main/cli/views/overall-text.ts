import { measureOf, measureText } from '../../../src-shared/run/measure';
import { paceOf, type SearchProgress } from '../../../src-shared/run/progress/progress';
import { timeLeft, type TimeLeft } from '../../../src-shared/run/progress/time-left';
import { children, duration } from '../format';
import type { SearchOverview } from './search-view';

/** Where a search stands, in a line: '12 of 32 children, 1 failed, best 41.3 %, 3 min ± 20 s left'. */
export function overallText(progress: SearchProgress, { config, used }: SearchOverview): string {
  const { children: budget } = config.budget;
  const count = budget === null ? children(progress.ended) : `${progress.ended} of ${children(budget)}`;
  const failed = progress.failed > 0 ? `, ${progress.failed} failed` : '';
  const best =
    progress.best === null ? '' : `, best ${measureText(measureOf(config.recipe), progress.best.measure)}`;
  const left = timeLeft(paceOf(progress, config, used(), Date.now()));
  const under = progress.queue === null ? '' : `, ${progress.trainers.size} in training`;
  return `${count}${failed}${under}${best}${leftText(left)}`;
}

/** Nothing while the estimate is not worth more than a guess. */
function leftText(left: TimeLeft | null): string {
  if (left === null || left.uncertainty > 0.75 * left.milliseconds) return '';
  const doubt = left.uncertainty >= 1000 ? ` ± ${duration(left.uncertainty)}` : '';
  return `, ${duration(left.milliseconds)}${doubt} left`;
}
