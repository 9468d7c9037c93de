/**
 * What went wrong, as a word that programs can test. The part before the dot names the room it comes from.
 * CLI exit codes and the window's panels are chosen by it.
 */
export type ErrorCode =
  | 'config.invalid'
  | 'data.not-found'
  | 'data.not-readable'
  | 'data.not-recognised'
  | 'data.damaged'
  | 'data.empty'
  | 'data.changed'
  | 'data.cache-not-writable'
  | 'engine.missing'
  | 'engine.provisioning'
  | 'engine.shape'
  | 'engine.graph'
  | 'engine.session'
  | 'architecture.invalid'
  | 'child.out-of-memory'
  | 'child.diverged'
  | 'child.crashed'
  | 'child.time-limit'
  | 'child.failed'
  | 'child.not-failed'
  | 'child.not-training'
  | 'run.not-found'
  | 'run.damaged'
  | 'run.locked'
  | 'run.newer-version'
  | 'run.not-writable'
  | 'run.not-searching'
  | 'queue.unreachable'
  | 'queue.message'
  | 'queue.no-data'
  | 'output.exists'
  | 'output.not-writable'
  | 'cancelled'
  | 'internal';

/**
 * The only error class of the product. `message` tells the user what happened and what to do next;
 * technical detail goes into `cause`.
 */
export class CellsmithError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CellsmithError';
    this.code = code;
  }
}

/** The sentence to show for any thrown value. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
