import { z } from 'zod';

/** A worker of a queue as a search sees it. */
const queueWorkerSchema = z.strictObject({
  /** Names the worker for as long as it runs. */
  id: z.string(),
  /** The name of its machine. */
  host: z.string(),
  version: z.string(),
  device: z.string(),
  /** Children that it trains at a time. */
  places: z.int().min(1),
  /** Names that it gave to its data sets. */
  datasets: z.array(z.string()),
  /** Whether the data of the search are among them. */
  holdsData: z.boolean(),
  /** It takes no more children. */
  ending: z.boolean(),
  /** Children of the search that it trains, by their trials. */
  trials: z.array(z.int().min(1)),
  /** How many children of other searches it trains. */
  others: z.int().min(0),
});
export type QueueWorker = z.infer<typeof queueWorkerSchema>;

/** The queue of a search and who works at it. */
export const queueStateSchema = z.strictObject({
  /** Its address, without password. */
  url: z.string(),
  /** Why nothing is being trained, and what to do; null when nothing is amiss. */
  problem: z.string().nullable(),
  workers: z.array(queueWorkerSchema),
});
export type QueueState = z.infer<typeof queueStateSchema>;

/** Children that workers with the data can train at a time. */
export function placesOf({ workers }: { readonly workers: readonly QueueWorker[] }): number {
  return workers.reduce((sum, one) => sum + (one.holdsData && !one.ending ? one.places : 0), 0);
}
