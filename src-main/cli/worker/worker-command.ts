import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeDataset, prepareFor } from '../../datasets/prepare';
import { provisionEngine } from '../../engine/provision/provision';
import { localPool } from '../../workers/pool/local-pool';
import { queueAddressOf, valueOf } from '../../workers/queue/wire/address';
import { connectQueue } from '../../workers/queue/wire/connect';
import { openSharedFolder, sharedVariable } from '../../workers/queue/wire/shared-folder';
import type { HeldData } from '../../workers/queue/worker/held-data';
import { serveQueue } from '../../workers/queue/worker/serve-queue';
import { forkTrainer } from '../../workers/trainer-process';
import { exitCodes } from '../exit-codes';
import { listenForInterrupts } from '../interrupts';
import { productVersion, type Terminal } from '../terminal';
import { chooseView } from '../views/choose-view';
import { workerView } from '../views/worker-view';
import type { WorkerOptions } from './worker-options';

/**
 * `cellsmith worker`: trains the children of a queue's searches with the trainers of this machine until Ctrl-C. It waits for a queue that
 * cannot be reached.
 * @returns the exit code
 */
export async function workerCommand(terminal: Terminal, options: WorkerOptions): Promise<number> {
  const { environment } = terminal;
  const address = queueAddressOf(options.queue, environment, { caFile: options.ca });
  const sharedPath = options.shared ?? valueOf(environment, sharedVariable);
  const shared = sharedPath === undefined ? null : openSharedFolder(sharedPath);
  const preparing = chooseView(terminal, options.json);
  const view = workerView(terminal, address.shown, options);
  let serving = false;
  const interrupts = listenForInterrupts((presses) => {
    if (serving) view.ending(presses === 1 ? 'afterEpoch' : 'now');
  });
  // There is nothing to give back yet: the first Ctrl-C ends at once.
  const early = AbortSignal.any([interrupts.gentle, interrupts.immediate]);
  const scratch = mkdtempSync(join(tmpdir(), 'cellsmith-worker-'));
  try {
    const datasets: HeldData[] = [];
    for (const { name, path } of options.data) {
      const { fingerprint } = await describeDataset(path, {
        signal: early,
        onProgress: (progress) => preparing.dataset(progress),
      });
      datasets.push({ name, path, fingerprint });
    }
    await provisionEngine({ signal: early, onProgress: (progress) => preparing.engine(progress) });
    preparing.close();
    const connection = await connectQueue(address, {
      signal: early,
      onAway: (message) =>
        view.event(
          message === null
            ? { type: 'back' }
            : { type: 'away', message: `${message} Ctrl-C ends the worker.` },
        ),
    }).catch((error: unknown) => {
      if (early.aborted) return null;
      throw error;
    });
    if (connection === null) return interrupts.exitCode() ?? exitCodes.interrupted;
    serving = true;
    await serveQueue({
      connection,
      host: hostname().slice(0, 255),
      version: productVersion(terminal),
      places: options.trainers,
      device: options.device,
      datasets,
      prepare: (need, path) => prepareFor(need, path),
      pool: () =>
        localPool({
          trainers: { count: 1, threads: threadsOf(options), device: options.device },
          spawn: forkTrainer(join(terminal.programs, 'trainer.js')),
        }),
      scratch,
      shared,
      patience: options.patience * 1000,
      stop: { afterEpoch: interrupts.gentle, now: interrupts.immediate },
      onEvent: (event) => view.event(event),
    });
    // By itself it ends when none of its data sets can be used any more.
    return interrupts.exitCode() ?? exitCodes.data;
  } finally {
    preparing.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** By default, trainers share the machine's cores evenly. */
function threadsOf({ threads, trainers }: WorkerOptions): number {
  return threads ?? Math.max(1, Math.floor(availableParallelism() / trainers));
}
