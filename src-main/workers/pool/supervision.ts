import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import type { EpochRecord } from '../../../src-shared/tasks/data-kinds';
import { failureOfExit, type TrialFailure } from '../failure';
import { memoryKills } from './memory-kills';
import { heldTimer, type Pause } from './pause';
import type { TrainerHandle } from './trainer-handle';
import type { TrialListener, TrialResult } from '../trainer-pool';
import type { TrainerReply, TrialJob } from '../trial-job';
import { type Patience, startWatchdog } from './watchdog';

/** How patient a supervisor is, in milliseconds. */
export interface SupervisionLimits {
  readonly patience: Patience;
  /** Between asking a trainer to end and forcing it. */
  readonly grace: number;
}

/**
 * Has one trainer train one child and sees to it that there is a result, whatever becomes of the process. A trainer whose
 * child did not complete is ended before the result is given: nothing of it is left on the device.
 *
 * @throws what a callback of the listener throws, after the trainer has been ended
 */
export function superviseChild(
  trainer: TrainerHandle,
  job: TrialJob,
  listener: TrialListener,
  { patience, grace }: SupervisionLimits,
  pause: Pause,
): Promise<TrialResult> {
  const epochs: EpochRecord[] = [];
  const killsBefore = memoryKills();
  return new Promise((resolve, reject) => {
    let settled = false;
    /** Whether the child was told to end after its step: what it still says is nobody's business. */
    let unwanted = false;
    const settle = (outcome: () => void, endTrainer: boolean): void => {
      if (settled) return;
      settled = true;
      watchdog.stop();
      deadline?.stop();
      stopListening();
      listener.signal?.removeEventListener('abort', onAbort);
      listener.afterStep?.removeEventListener('abort', onUnwanted);
      trainer.supervise(null);
      if (endTrainer) void trainer.end(grace).then(outcome);
      else outcome();
    };
    const fail = (failure: TrialFailure): void =>
      settle(() => resolve({ outcome: 'failed', ...failure, epochs }), true);
    /** A callback's own error is the caller's business, not the child's failure. */
    const tell = (say: () => void): void => {
      try {
        if (!unwanted) say();
      } catch (error) {
        settle(() => reject(error instanceof Error ? error : new Error(errorMessage(error))), true);
      }
    };
    const interrupted = (endTrainer: boolean): void =>
      settle(() => resolve({ outcome: 'interrupted', epochs }), endTrainer);
    const onAbort = (): void => interrupted(true);
    const onUnwanted = (): void => {
      unwanted = true;
      trainer.send({ type: 'stopAfterStep', trial: job.trial });
    };

    const onReply = (reply: TrainerReply): void => {
      if (reply.type === 'ready' || reply.trial !== job.trial) return;
      switch (reply.type) {
        case 'begun':
          watchdog.heard();
          epochs.push(...reply.epochs);
          // The time that it has had before counts too.
          deadline?.shorten(1000 * reply.epochs.reduce((sum, { seconds }) => sum + seconds, 0));
          tell(() => listener.onBegin?.(reply.epochs));
          break;
        case 'progress': {
          const { epoch, step, steps } = reply;
          watchdog.heardSteps(epoch * steps + step);
          tell(() => listener.onProgress?.({ epoch, step, steps }));
          break;
        }
        case 'epoch':
          watchdog.heardEpoch();
          if (unwanted) break;
          epochs.push(reply.record);
          tell(() => listener.onEpoch?.(reply.record));
          break;
        case 'completed':
          trainer.heardMemory(reply.memory);
          if (unwanted) interrupted(false);
          else settle(() => resolve({ outcome: 'completed', stopped: reply.stopped, epochs }), false);
          break;
        case 'ended':
          interrupted(false);
          break;
        case 'failed':
          fail({ reason: reply.reason, message: reply.message });
          break;
        case 'unwritable':
          settle(() => reject(new CellsmithError('run.not-writable', reply.message)), true);
          break;
        // Nothing was to be measured: whoever asked no longer listens.
        case 'measured':
        case 'examined':
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
      onNonsense: (error) =>
        fail({ reason: 'error', message: `The trainer talks nonsense: ${errorMessage(error)}` }),
      onExit: (exit) => fail(failureOfExit(exit, trainer.output, memoryKills() > killsBefore)),
    });
    if (listener.signal?.aborted === true) {
      onAbort();
      return;
    }
    listener.signal?.addEventListener('abort', onAbort);
    listener.afterStep?.addEventListener('abort', onUnwanted);
    trainer.jobs += 1;
    // Also a trainer whose last child ended in a pause learns that it is over.
    hold(pause.paused);
    trainer.send({ type: 'train', job });
  });
}
