import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import { failureOfExit } from '../failure';
import type { TrainerHandle } from '../pool/trainer-handle';
import type { ChildSpeed, TrialJob } from '../protocol';
import { timer } from '../pool/watchdog';

/** A child that does not come to the end of its few steps in this time is not measured. Milliseconds. */
const patience = 180_000;

/**
 * Has a trainer process, which is ready, measure a child.
 * @throws CellsmithError 'child.failed' when the child cannot be trained or takes too long, 'cancelled'
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
