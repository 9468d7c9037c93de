import { z } from 'zod';
import { budgetSchema } from '../config/search-config';
import { metricIdSchema } from './metric';

const count = z.int().min(0);

/** The status of a run. 'interrupted': its process was killed. */
export const runStatuses = [
  'new',
  'running',
  'paused',
  'finished',
  'stopped',
  'failed',
  'interrupted',
] as const;
export type RunStatus = (typeof runStatuses)[number];

/** What a list says of a run. Times are milliseconds. */
export const runSummarySchema = z.strictObject({
  /** Name of its folder. */
  run: z.string(),
  /** Absolute. */
  folder: z.string(),
  name: z.string(),
  preset: z.string(),
  strategy: z.string(),
  /** What it trains, where its architectures are given: 'child 12 of Demo', 'resnet-20', '8 architectures'; null for a search. */
  given: z.string().nullable(),
  state: z.enum(runStatuses),
  /** Why it failed, if it did. */
  message: z.string().nullable(),
  children: z.strictObject({ ended: count, failed: count, reused: count }),
  budget: budgetSchema,
  /** Used of the budget's; null where it sets none. */
  multiplyAdds: z.number().min(0).nullable(),
  /** What its children are compared by. */
  measure: metricIdSchema,
  best: z
    .strictObject({
      number: z.int().min(1),
      measure: z.number().nullable(),
      reward: z.number().nullable(),
    })
    .nullable(),
  /** Of the children that were evaluated on the test split, the one of the best reward; null where none was. */
  test: z.strictObject({ number: z.int().min(1), metric: z.number().nullable() }).nullable(),
  createdAt: z.number(),
  /** How long its search has been running, over all sessions but one that runs now. */
  activeFor: z.number(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;
