import { metricOf, metricText } from '../../../src-shared/run/metric';
import { paceOf } from '../../../src-shared/run/progress/progress';
import type { RunState } from '../../../src-shared/run/run-state';
import { timeLeft, type TimeLeft } from '../../../src-shared/run/progress/time-left';
import { children, timeLeftText } from '../../../src-shared/format';
import type { SearchOverview } from './search-view';

/** The state of a search, in a line: '12 of 32 children, 1 failed, best 41.3 %, 3 min ± 20 s left'. */
export function overallText(state: RunState, { config, used }: SearchOverview): string {
  const { children: budget } = config.budget;
  const count = budget === null ? children(state.ended) : `${state.ended} of ${children(budget)}`;
  const failed = state.failed > 0 ? `, ${state.failed} failed` : '';
  const best = state.best === null ? '' : `, best ${metricText(metricOf(config.recipe), state.best.measure)}`;
  const left = timeLeft(paceOf(state, config, used(), Date.now()));
  const under = state.queue === null ? '' : `, ${state.trainers.size} in training`;
  return `${count}${failed}${under}${best}${leftText(left)}`;
}

/** Nothing while the estimate is not worth more than a guess. */
function leftText(left: TimeLeft | null): string {
  if (left === null || left.uncertainty > 0.75 * left.milliseconds) return '';
  return `, ${timeLeftText(left)}`;
}
