import { CellsmithError, type ErrorCode } from '../src-shared/errors';
import type { EventName, EventOf, Reply, Request, RequestName } from '../src-shared/ipc/contract';
import { unpackTrials, type RunDetail } from '../src-shared/ipc/run-detail';

/**
 * Asks the program. The one file that touches `window.cellsmith`.
 * @throws CellsmithError what went wrong there
 */
export async function ask<N extends RequestName>(name: N, request: Request<N>): Promise<Reply<N>> {
  const asked = window.cellsmith[name] as (
    request: Request<N>,
  ) => Promise<{ value: Reply<N> } | { problem: { code: string; message: string } }>;
  // Vue's reactive proxies cannot be cloned.
  const answer = await asked(structuredClonable(request));
  if ('problem' in answer) throw new CellsmithError(answer.problem.code as ErrorCode, answer.problem.message);
  return answer.value;
}

/** A run for a page of it. @throws CellsmithError what went wrong in the program */
export async function askForRun(folder: string): Promise<RunDetail> {
  const run = await ask('openRun', { folder });
  return { ...run, trials: unpackTrials(run.trials) };
}

/** Subscribes to an event of the main process; returns a function that unsubscribes. */
export function subscribe<N extends EventName>(name: N, listener: (event: EventOf<N>) => void): () => void {
  const listen =
    window.cellsmith[`on${name[0]?.toUpperCase() ?? ''}${name.slice(1)}` as `on${Capitalize<N>}`];
  return (listen as (listener: (event: EventOf<N>) => void) => () => void)(listener);
}

/** Absolute paths of what was dropped on the window. */
export function droppedPaths(files: Iterable<File>): string[] {
  return [...files].map((file) => window.cellsmith.pathOf(file)).filter((path) => path !== '');
}

function structuredClonable<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
