import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import { failureOfExit } from '../failure';
import { type TrainerHandle, trainerHandle } from './trainer-handle';
import type { ChildSpeed, TrialJob, EvaluationJob } from '../protocol';
import { timer } from './watchdog';
import { engineEnvironment } from '../../engine/load';
import { engineLimits, startPatience, type LocalPoolOptions } from './local-pool';

/** Longest time for the few steps of a measurement, in milliseconds. */
const patience = 180_000;

/**
 * Measures the speed of a child in a trainer process that is ready.
 * @throws CellsmithError 'child.failed' when the child cannot be trained or takes too long; 'cancelled'
 */
export function measureIn(
  trainer: TrainerHandle,
  job: TrialJob,
  milliseconds: number,
  signal: AbortSignal,
): Promise<ChildSpeed> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      clearTimeout(late);
      signal.removeEventListener('abort', cancel);
      trainer.supervise(null);
      end();
    };
    const fail = (message: string): void => settle(() => reject(new CellsmithError('child.failed', message)));
    const cancel = (): void =>
      settle(() => reject(new CellsmithError('cancelled', 'The measurement was cancelled.')));
    const late = timer(
      () => fail(`A typical child took more than ${patience / 1000} s for a few steps.`),
      patience,
    );
    trainer.supervise({
      onReply: (reply) => {
        if (reply.type === 'measured' && reply.trial === job.trial) settle(() => resolve(reply.speed));
        if (reply.type === 'trialEnded' && reply.trial === job.trial && reply.end.outcome === 'failed')
          fail(reply.end.message);
      },
      onInvalidMessage: (error) => fail(`The trainer sent an invalid message: ${errorMessage(error)}`),
      onExit: (exit) => fail(failureOfExit(exit, trainer.output, false).message),
    });
    if (signal.aborted) {
      cancel();
      return;
    }
    signal.addEventListener('abort', cancel);
    trainer.send({ type: 'measure', job, milliseconds });
  });
}

export interface EvaluationOptions extends Pick<LocalPoolOptions, 'trainers' | 'spawn'> {
  readonly onProgress?: (progress: { readonly step: number; readonly steps: number }) => void;
  /** Cancels the evaluation at once. */
  readonly signal?: AbortSignal;
}

/** Between asking the process to end and killing it, in milliseconds. */
const grace = 5000;

/**
 * Evaluates a trained child in a process of its own.
 * @returns an accuracy in [0, 1], or a perplexity; null when it is not finite
 * @throws cancelled; engine.missing; child.failed with the reason
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
