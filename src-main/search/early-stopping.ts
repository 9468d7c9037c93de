import {
  reasonToEnd,
  runningAverages,
  scoreOf,
  scoreOfMetric,
  type EarlierChild,
} from '../../src-shared/early-stopping';
import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import type { WritableRun } from '../runs/run-folder';
import { readEpochs } from '../runs/tables/epochs';
import { readLearned } from '../runs/tables/trials';

/** Judges children between their epochs by the rule of the run. */
export interface EarlyStopping {
  /**
   * After how many of its epochs a child is ended, and why; undefined when it continues.
   * @param inAll epochs of its recipe
   */
  judge(epochs: readonly EpochRecord[], inAll: number): Ending | undefined;
  /** Call when there may be more children to compare with. */
  changed(): void;
}

export interface Ending {
  readonly epochs: number;
  /** A clause for a log sentence. */
  readonly reason: string;
}

/**
 * The early-stopping rule of a run, over its stored results. Children are compared with those of batches that the controller has learned from: while a
 * batch is open these are the same regardless of which child ends first, and whether the search was killed meanwhile. So with
 * one replica, or in the synchronous mode, the same children are ended after the same epochs.
 */
export function earlyStopping({ manifest, database }: WritableRun): EarlyStopping {
  const { earlyStopping: options, recipe } = manifest.config;
  const known = new Map<number, EarlierChild>();
  let isStale = true;

  const earlierChildren = (): readonly EarlierChild[] => {
    if (isStale)
      for (const { number, measure, endedBy } of readLearned(database)) {
        if (known.has(number)) continue;
        known.set(number, {
          averages: runningAverages(readEpochs(database, number).map(scoreOf)),
          final: endedBy === null ? scoreOfMetric(recipe.kind, measure) : null,
        });
      }
    isStale = false;
    return [...known.values()];
  };

  return {
    judge: (epochs, inAll) => {
      if (options.rule === 'none' || epochs.length < options.afterEpochs) return undefined;
      const scores = epochs.map(scoreOf);
      const earlier = earlierChildren();
      // A child that resumes from a checkpoint may have been judged after fewer epochs, and be further than the verdict.
      for (let count = options.afterEpochs; count <= scores.length; count++) {
        const reason = reasonToEnd(scores.slice(0, count), inAll, earlier, options);
        if (reason !== undefined) return { epochs: count, reason };
      }
      return undefined;
    },
    changed: () => (isStale = true),
  };
}
