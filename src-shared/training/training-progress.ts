import type { TrainingEvent } from './training-event';

/** Where a training stands, as a bar or a window shows it. */
export interface TrainingProgress {
  readonly epochs: number;
  /** Epochs that were there when this session began. */
  readonly earlier: number;
  /** Milliseconds since 1970; null before the beginning. */
  readonly startedAt: number | null;
  /** Epochs that are done, parts of one among them. */
  readonly done: number;
}

export const noTraining: TrainingProgress = { epochs: 1, earlier: 0, startedAt: null, done: 0 };

/** Where the training stands after an event. */
export function trainingAfter(progress: TrainingProgress, event: TrainingEvent): TrainingProgress {
  switch (event.type) {
    case 'trainingStarted':
      return { epochs: event.epochs, earlier: event.earlier, startedAt: event.at, done: event.earlier };
    case 'trainingProgress':
      return { ...progress, done: event.epoch + event.step / event.steps };
    case 'epochEnded':
      return { ...progress, done: event.record.epoch + 1 };
    case 'measureProgress':
    case 'measured':
    case 'trainingEnded':
      return progress;
  }
}

/** A pace that was taken over less is no more than a guess; milliseconds. */
const shortest = 2000;

/** Milliseconds until the last epoch is done, at the pace of this session so far; null while nothing is known. */
export function trainingTimeLeft(
  { epochs, earlier, startedAt, done }: TrainingProgress,
  now: number,
): number | null {
  if (startedAt === null || done <= earlier || now - startedAt < shortest) return null;
  return ((now - startedAt) * (epochs - done)) / (done - earlier);
}
