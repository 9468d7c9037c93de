import { z } from 'zod';
import { childEvents } from '../../../../src-shared/run/child-event';

/** Whose child an event is about: the run of its search, its trial, the worker's trainer from 1, and the epochs of its recipe. */
const ofChild = { search: z.string(), trial: z.int(), trainer: z.int(), epochs: z.int() };

/** What happens at a worker: the events of its children, and its own. `cellsmith worker --json` writes them as lines. */
export const workerEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ready'),
    datasets: z.array(z.strictObject({ name: z.string(), fingerprint: z.string() })),
  }),
  z.strictObject({ type: z.literal('away'), message: z.string() }),
  z.strictObject({ type: z.literal('back') }),
  childEvents.started.extend(ofChild),
  childEvents.progress.extend(ofChild),
  childEvents.epoch.extend(ofChild),
  childEvents.ended.extend({
    ...ofChild,
    /** Why its job is not done: another worker has it ('lost'), or this worker ends and another will train it ('givenBack'). */
    released: z.enum(['lost', 'givenBack']).nullable(),
  }),
  /** A message in the queue that Cellsmith has not written. */
  z.strictObject({ type: z.literal('refused'), message: z.string() }),
  /** A data set that this worker held has changed; it takes no more children for it. */
  z.strictObject({ type: z.literal('dataLost'), name: z.string(), message: z.string() }),
]);
export type WorkerEvent = z.infer<typeof workerEventSchema>;
