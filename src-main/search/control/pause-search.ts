import { setPause } from '../../runs/tables/sessions';
import { isHalting, record, type SearchState } from '../search-state';

/**
 * Pauses a search: children are held between two of their steps, and none begins. The time until it continues does not count towards the
 * budget's hours. The pause is stored, so that others see it; a search whose process ends during a pause is interrupted.
 */
export function pauseSearch(state: SearchState): void {
  const { pause, run, session } = state;
  if (pause.since !== null || isHalting(state)) return;
  const at = state.clock();
  pause.since = at;
  state.pool.pause();
  record(state, { type: 'runPaused', at }, () =>
    setPause(run.database, session, { paused: pause.total, pausedAt: at }),
  );
}

/** Resumes a paused search. */
export function continueSearch(state: SearchState): void {
  const { pause, run, session } = state;
  if (pause.since === null) return;
  const at = state.clock();
  pause.total += at - pause.since;
  pause.since = null;
  record(state, { type: 'runContinued', at }, () =>
    setPause(run.database, session, { paused: pause.total, pausedAt: null }),
  );
  state.pool.resume();
  for (const goOn of pause.waiting.splice(0)) goOn();
}

/** Resolves when the search is not paused, or is ending. */
export async function untilContinued(state: SearchState): Promise<void> {
  while (state.pause.since !== null && !isHalting(state))
    await new Promise<void>((resolve) => state.pause.waiting.push(resolve));
}
