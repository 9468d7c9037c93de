import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import type { ChildEvent, ChildResult } from '../../../src-shared/run/child-event';
import type { EpochRecord } from '../../../src-shared/tasks/data-kinds';
import { failureOfExit, type TrialFailure, memoryKills } from '../failure';
import { heldTimer, type Pause, type Patience, startWatchdog } from './watchdog';
import type { TrainerHandle } from './trainer-handle';
import type { ChildListener } from '../trainer-pool';
import type { TrainerReply, TrialJob } from '../protocol';

/** Time limits of a supervisor, in milliseconds. */
export interface SupervisionLimits {
  readonly patience: Patience;
  /** Between asking a trainer to end and forcing it. */
  readonly grace: number;
}

/**
 * Trains one child with one trainer and guarantees a result, however the process ends. A trainer whose child did not complete is ended
 * before the result is returned, so that it frees the device.
 *
 * @throws what the listener throws, after the trainer has been ended
 */
export function superviseChild(
  trainer: TrainerHandle,
  job: TrialJob,
  listener: ChildListener,
  { patience, grace }: SupervisionLimits,
  pause: Pause,
): Promise<ChildResult> {
  const epochs: EpochRecord[] = [];
  const killsBefore = memoryKills();
  return new Promise((resolve, reject) => {
    let settled = false;
    /** Whether the child was cancelled after its step: later messages do not count. */
    let cancelled = false;
    const settle = (outcome: () => void, endTrainer: boolean): void => {
      if (settled) return;
      settled = true;
      watchdog.stop();
      deadline?.stop();
      stopListening();
      listener.signal?.removeEventListener('abort', onAbort);
      listener.afterStep?.removeEventListener('abort', onCancelled);
      trainer.supervise(null);
      if (endTrainer) void trainer.end(grace).then(outcome);
      else outcome();
    };
    const fail = (failure: TrialFailure): void =>
      settle(() => resolve({ outcome: 'failed', ...failure, epochs }), true);
    /** An error of the listener is the caller's, not a failure of the child. */
    const report = (event: ChildEvent): void => {
      try {
        if (!cancelled) listener.onEvent?.(event);
      } catch (error) {
        settle(() => reject(error instanceof Error ? error : new Error(errorMessage(error))), true);
      }
    };
    const cancel = (endTrainer: boolean): void =>
      settle(() => resolve({ outcome: 'cancelled', epochs }), endTrainer);
    const onAbort = (): void => cancel(true);
    const onCancelled = (): void => {
      cancelled = true;
      trainer.send({ type: 'stopAfterStep', trial: job.trial });
    };

    const onReply = (reply: TrainerReply): void => {
      if (reply.type === 'ready' || reply.type === 'memory' || reply.trial !== job.trial) return;
      switch (reply.type) {
        case 'trialRestored':
          watchdog.heard();
          epochs.push(...reply.epochs);
          // Time spent before the interruption counts too.
          deadline?.shorten(1000 * reply.epochs.reduce((sum, { seconds }) => sum + seconds, 0));
          report({ type: 'trialRestored', epochs: reply.epochs });
          break;
        case 'trialProgress': {
          const { epoch, step, steps } = reply;
          watchdog.heardSteps(epoch * steps + step);
          report({ type: 'trialProgress', epoch, step, steps });
          break;
        }
        case 'epochEnded':
          watchdog.heardEpoch();
          if (cancelled) break;
          epochs.push(reply.record);
          report({ type: 'epochEnded', record: reply.record });
          break;
        case 'trialEnded': {
          const { end } = reply;
          if (end.outcome === 'failed') fail({ reason: end.reason, message: end.message });
          else if (end.outcome === 'cancelled' || cancelled) cancel(false);
          else settle(() => resolve({ ...end, epochs }), false);
          break;
        }
        case 'unwritable':
          settle(() => reject(new CellsmithError('run.not-writable', reply.message)), true);
          break;
        // A child in training sends neither.
        case 'measured':
        case 'evaluated':
          break;
      }
    };

    const watchdog = startWatchdog(patience, (silence) =>
      fail({
        reason: 'silent',
        message: `The trainer was silent for ${Math.round(silence / 1000)} s and was ended.`,
      }),
    );
    const { timeLimit } = job.child.recipe;
    const deadline =
      timeLimit === null
        ? undefined
        : heldTimer(
            () => fail({ reason: 'timeLimit', message: `The child took longer than its ${timeLimit} s.` }),
            timeLimit * 1000,
          );
    /** Neither silence nor the time limit counts while the child is held. */
    const hold = (paused: boolean): void => {
      const what = paused ? 'hold' : 'release';
      trainer.send({ type: what });
      watchdog[what]();
      deadline?.[what]();
    };
    const stopListening = pause.onChange(hold);
    trainer.supervise({
      onReply,
      onInvalidMessage: (error) =>
        fail({ reason: 'error', message: `The trainer sent an invalid message: ${errorMessage(error)}` }),
      onExit: (exit) => fail(failureOfExit(exit, trainer.output, memoryKills() > killsBefore)),
    });
    if (listener.signal?.aborted === true) {
      onAbort();
      return;
    }
    listener.signal?.addEventListener('abort', onAbort);
    listener.afterStep?.addEventListener('abort', onCancelled);
    trainer.jobs += 1;
    // A trainer whose last child ended in a pause must be released too.
    hold(pause.paused);
    trainer.send({ type: 'train', job });
  });
}
