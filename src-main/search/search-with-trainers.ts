import type { RunEvent, RunOutcome } from '../../src-shared/run/run-event';
import type { WritableRun } from '../runs/run-folder';
import { localPool } from '../workers/pool/local-pool';
import { queuePool, type QueueTarget } from '../workers/queue/producer/queue-pool';
import type { TrainerPool } from '../workers/trainer-pool';
import { patienceOf } from '../workers/pool/watchdog';
import type { SpawnTrainer } from '../workers/trainer-process';
import { candidates, strategyOf } from './candidate';
import { dataNeed } from './prepare-search';
import { evaluateChildren, evaluatesOnly, type TestRequest } from './evaluate-children';
import { runSearch } from './search';
import type { SearchControl, StopSignals } from './search-state';

export interface TrainedSearchOptions {
  /** Absolute path of the decoded training data. */
  readonly data: string;
  readonly spawn: SpawnTrainer;
  /** The queue whose workers train the children; null for processes of this machine. */
  readonly queue: QueueTarget | null;
  readonly listener: (event: RunEvent) => void;
  readonly stop: StopSignals;
  readonly software: Readonly<Record<string, string>>;
  /** Which children are evaluated on the test split at the end. */
  readonly test: TestRequest;
  /** Folder, archive or file of the data set; its test split is opened there. */
  readonly location: string;
  readonly onBegin?: (control: SearchControl) => void;
}

/**
 * Begins or resumes the search of a run, with children trained by processes of this machine (the engine must be
 * installed) or by the workers of a queue.
 * @throws as `runSearch`; queue.unreachable
 */
export async function searchWithTrainers(
  run: WritableRun,
  options: TrainedSearchOptions,
): Promise<RunOutcome> {
  const { config, dataset } = run.manifest;
  const candidateOf = candidates(config, dataset.description);
  const queue = evaluatesOnly(options.test) ? null : options.queue;
  const pool = await poolOf(run, { ...options, queue });
  try {
    return await runSearch({
      ...options,
      evaluate: async (state) => {
        // The trainers' memory is needed, and no child trains any more.
        if (queue === null) await pool.close();
        await evaluateChildren(state, options);
      },
      evaluatesOnly: evaluatesOnly(options.test),
      run,
      pool,
      strategy: strategyOf(config),
      candidateOf,
    });
  } finally {
    await pool.close();
  }
}

async function poolOf(
  run: WritableRun,
  { spawn, queue, listener }: TrainedSearchOptions,
): Promise<TrainerPool> {
  const { id, config, dataset } = run.manifest;
  if (queue === null)
    return localPool({
      trainers: config.trainers,
      spawn,
      patience: patienceOf(config.trainers.silence),
      log: (trainer, text) => run.log.write(`trainer ${trainer}`, text),
    });
  return queuePool({
    ...queue,
    search: id,
    description: dataset.description,
    // The fingerprint identifies the contents of the files.
    need: dataNeed(config, 'skip'),
    keepBest: config.keepBest,
    log: (text) => run.log.write('queue', text),
    onState: (state) => listener({ type: 'queueChanged', queue: state, at: Date.now() }),
  });
}
