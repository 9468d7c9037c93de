import { CellsmithError } from '../../../src-shared/errors';

/** Others may wait for the same work, such as the engine's installation: it continues, but this caller stops waiting. */
export function unlessCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => reject(new CellsmithError('cancelled', 'Cancelled.'));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel);
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}

export function isCancelled(problem: unknown): boolean {
  return problem instanceof CellsmithError && problem.code === 'cancelled';
}
