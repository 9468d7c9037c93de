import { counted } from '../../../src-shared/counted';
import type { Problem } from '../../../src-shared/ipc/problem-states';
import type { SessionState } from '../../../src-shared/ipc/states';
import type { TrainingSession } from '../../../src-shared/ipc/training-states';

/** Current work as reported to the system: a search, or the training of one architecture. */
export type Work =
  /** With why the last one of each did not come about, or broke. */
  | { readonly kind: 'idle'; readonly problems: Readonly<Record<'search' | 'training', Problem | null>> }
  | { readonly kind: 'preparing'; readonly what: 'search' | 'training' }
  | {
      readonly kind: 'running';
      readonly what: 'search' | 'training';
      readonly name: string;
      /** '12 children', 'epoch 3 of 20'. */
      readonly done: string;
      /** From 0 to 1; null without an end. */
      readonly share: number | null;
      /** A search can be held; a training is stopped and gone on with. */
      readonly paused: boolean;
      /** Its user has asked it to end. */
      readonly ending: boolean;
    };

/** Of a search and a training one at most is under way. */
export function workOf(session: SessionState, training: TrainingSession): Work {
  if (session.kind === 'preparing') return { kind: 'preparing', what: 'search' };
  if (training.kind === 'preparing') return { kind: 'preparing', what: 'training' };
  if (session.kind === 'searching')
    return {
      kind: 'running',
      what: 'search',
      name: session.name,
      done: counted(session.ended, 'child', 'children'),
      share: session.share,
      paused: session.paused,
      ending: session.ending !== null,
    };
  if (training.kind === 'training') {
    const { done, wanted } = training.epochs;
    return {
      kind: 'running',
      what: 'training',
      name: training.name,
      done: `${done} of ${counted(wanted, 'epoch')}`,
      share: training.share,
      paused: false,
      ending: training.ending !== null,
    };
  }
  return { kind: 'idle', problems: { search: session.problem, training: training.problem } };
}
