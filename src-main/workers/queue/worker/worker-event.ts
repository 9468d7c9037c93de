import type { EpochRecord } from '../../../../src-shared/tasks/data-kinds';

/** The child that a seat of a worker is at. */
interface OfChild {
  readonly search: string;
  readonly trial: number;
  /** From 1. */
  readonly seat: number;
  /** Of its recipe. */
  readonly epochs: number;
}

/** What happens at a worker. */
export type WorkerEvent =
  | {
      readonly type: 'ready';
      readonly datasets: readonly { readonly name: string; readonly fingerprint: string }[];
    }
  | { readonly type: 'away'; readonly message: string }
  | { readonly type: 'back' }
  | ({ readonly type: 'started' } & OfChild)
  | ({
      readonly type: 'progress';
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
    } & OfChild)
  | ({ readonly type: 'epoch'; readonly record: EpochRecord } & OfChild)
  | ({
      readonly type: 'ended';
      /** `lost`: another worker has it; `givenBack`: this worker ends, another will train it. */
      readonly outcome: 'completed' | 'failed' | 'interrupted' | 'lost' | 'givenBack';
    } & OfChild)
  /** A message that nobody should have put into the queue. */
  | { readonly type: 'refused'; readonly message: string }
  /** A data set that this worker held is not what it was; it takes no more children for it. */
  | { readonly type: 'dataLost'; readonly name: string; readonly message: string };
