import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ChildEvent } from '../../src-shared/run/child-event';
import type { EpochBase } from '../../src-shared/tasks/data-kind';
import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import { type ChildCheckpoints, type ChildParts, putState, takeState } from './child-state';

/** Called around every step. */
export interface StepListener {
  /** After each step, of training or of evaluation; both count in `steps`. */
  readonly onStep: (epoch: number, step: number, steps: number) => void;
  /** Awaited between steps: yields to the event loop, and may hold the child. */
  readonly turn: () => Promise<void>;
  /** Milliseconds, monotonic; the epochs' times are taken from it. */
  readonly now: () => number;
}

/** Follows and controls a training loop, between its steps. */
export interface TrainControl extends Partial<Omit<StepListener, 'onStep'>> {
  /** Receives the restored epochs, each step and each epoch; the caller itself knows start and end. */
  readonly onEvent?: (event: ChildEvent) => void;
  /** Polled after each epoch: whether to stop. */
  readonly stopRequested?: () => boolean;
}

/** A child that is ready to be trained. */
export interface TrainableChild<Epoch extends EpochBase> extends ChildParts {
  readonly seed: number;
  readonly kind: Epoch['kind'];
  /** Epochs of its recipe. */
  readonly epochs: number;
  /** @param epoch from 0 */
  readonly runEpoch: (epoch: number) => Promise<Epoch>;
}

/** The listener of a control, with defaults. */
export function stepListener({ onEvent, turn = nextTurn, now }: TrainControl): StepListener {
  return {
    onStep: (epoch, step, steps) => onEvent?.({ type: 'trialProgress', epoch, step, steps }),
    turn,
    now: now ?? (() => performance.now()),
  };
}

/**
 * Trains a child epoch by epoch, from scratch or from its last checkpoint. A checkpoint is written before its epoch is reported, so
 * that a reported epoch is never trained again.
 */
export async function runEpochs<Epoch extends EpochBase>(
  child: TrainableChild<Epoch>,
  control: TrainControl,
  checkpoints: ChildCheckpoints | null,
): Promise<{ readonly epochs: readonly Epoch[]; readonly stopped: boolean }> {
  const { turn } = stepListener(control);
  child.session.run('init', { seed: Int32Array.of(child.seed | 0, 0) });
  const epochs = restoredEpochs(child, checkpoints);
  // Epochs of a kind of data are among those of all kinds.
  const records = (): readonly EpochRecord[] => [...epochs] as readonly EpochBase[] as readonly EpochRecord[];
  control.onEvent?.({ type: 'trialRestored', epochs: records() });
  let kept = epochs.length;
  const keep = (): void => {
    if (checkpoints === null || kept === epochs.length) return;
    checkpoints.write({ epochs: records(), ...takeState(child) });
    kept = epochs.length;
  };
  let stopped = false;
  while (epochs.length < child.epochs && !stopped) {
    const record = await child.runEpoch(epochs.length);
    epochs.push(record);
    const due = epochs.length === child.epochs || epochs.length - kept >= (checkpoints?.everyEpochs ?? 0);
    if (due) keep();
    control.onEvent?.({ type: 'epochEnded', record: record as EpochBase as EpochRecord });
    await turn();
    stopped = epochs.length < child.epochs && (control.stopRequested?.() ?? false);
    if (stopped) keep();
  }
  return { epochs, stopped };
}

function restoredEpochs<Epoch extends EpochBase>(
  child: TrainableChild<Epoch>,
  checkpoints: ChildCheckpoints | null,
): Epoch[] {
  const state = checkpoints?.read();
  if (state === undefined) return [];
  const ofAnyKind: readonly EpochBase[] = state.epochs;
  const epochs = ofAnyKind.filter((record): record is Epoch => record.kind === child.kind);
  const inOrder = epochs.every(({ epoch }, place) => epoch === place);
  const whole = epochs.length === state.epochs.length && epochs.length <= child.epochs;
  if (inOrder && whole && putState(child, state)) return epochs;
  checkpoints?.drop('it does not match the network');
  return [];
}
