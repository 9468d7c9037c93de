import { CellsmithError } from '../../../src-shared/errors';
import { engineEnvironment } from '../../engine/load';
import { failureOfExit } from '../failure';
import { engineLimits } from './engine-limits';
import { startPatience, type LocalPoolOptions } from './local-pool';
import { trainerHandle } from './trainer-handle';
import type { EvaluationJob } from '../protocol';

export interface EvaluationOptions extends Pick<LocalPoolOptions, 'trainers' | 'spawn'> {
  readonly onProgress?: (progress: { readonly step: number; readonly steps: number }) => void;
  /** Cancels the evaluation at once. */
  readonly signal?: AbortSignal;
}

/** Between asking the process to end and forcing it, milliseconds. */
const grace = 5000;

/**
 * Evaluates a trained child in a process of its own.
 * @returns an accuracy in [0, 1], or a perplexity; null when it is not finite
 * @throws cancelled; engine.missing; child.failed with what went wrong
 */
export async function evaluateWithTrainer(
  job: EvaluationJob,
  { trainers, spawn, onProgress, signal }: EvaluationOptions,
): Promise<number | null> {
  const trainer = trainerHandle(spawn(engineEnvironment(engineLimits(trainers))), () => undefined);
  try {
    await trainer.ready(startPatience);
    return await new Promise<number | null>((resolve, reject) => {
      const fail = (message: string): void => reject(new CellsmithError('child.failed', message));
      const cancel = (): void => reject(new CellsmithError('cancelled', 'The evaluation was cancelled.'));
      if (signal?.aborted === true) cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      trainer.supervise({
        onReply: (reply) => {
          if (reply.type === 'trialProgress') onProgress?.(reply);
          else if (reply.type === 'evaluated') resolve(reply.measure);
          else if (reply.type === 'trialEnded' && reply.end.outcome === 'failed') fail(reply.end.message);
        },
        onInvalidMessage: () => fail('The trainer sent an invalid message.'),
        onExit: (exit) => fail(failureOfExit(exit, trainer.output, false).message),
      });
      trainer.send({ type: 'evaluate', job });
    });
  } finally {
    await trainer.end(grace);
  }
}
