import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describeDataset, prepareFor } from '../datasets/prepare';
import { provisionEngine } from '../engine/provision/provision';
import { localPool } from '../workers/pool/local-pool';
import { queueAddressOf, valueOf } from '../workers/queue/wire/address';
import { connectQueue } from '../workers/queue/wire/connect';
import { openSharedFolder, sharedVariable } from '../workers/queue/wire/files';
import type { HeldData } from '../workers/queue/worker/taken-job';
import { serveQueue } from '../workers/queue/worker/serve-queue';
import { forkTrainer } from '../workers/trainer-process';
import { exitCodes } from './exit-codes';
import { listenForInterrupts } from './interrupts';
import { productVersion, type Terminal } from './terminal';
import { chooseView } from './views/plain-views';
import { workerView } from './views/worker-view';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { positiveInteger } from './search/search-options';

/**
 * `cellsmith worker`: trains the children of a queue's searches with the trainers of this machine until Ctrl-C. It waits for an
 * unreachable queue.
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
  // No child to return yet: the first Ctrl-C ends at once.
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
    // It ends by itself only when none of its data sets is usable any more.
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

/** The options of `cellsmith worker`. */
export interface WorkerOptions {
  readonly queue: string;
  readonly data: readonly NamedPath[];
  readonly trainers: number;
  readonly threads?: number;
  readonly device: string;
  readonly shared?: string;
  readonly ca?: string;
  readonly patience: number;
  readonly json: boolean;
}

interface NamedPath {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

export function addWorkerOptions(command: Command): Command {
  return command
    .requiredOption('--queue <url>', 'the queue to work at: redis://host or rediss://host')
    .addOption(
      new Option('-d, --data <name=path>', 'a data set that this machine holds (may be repeated)')
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .option('--trainers <n>', 'children to train in parallel', positiveInteger, 1)
    .option('--threads <n>', 'threads of each trainer', positiveInteger)
    .addOption(
      new Option('--device <name>', 'auto, cpu, or gpu:0, gpu:1, …').default('auto').argParser(device),
    )
    .option('--shared <folder>', 'folder shared with the searches (default: CELLSMITH_SHARED)')
    .option('--ca <file>', 'certificate of the authority of a rediss:// queue (default: CELLSMITH_QUEUE_CA)')
    .option(
      '--patience <s>',
      'seconds without a heartbeat after which another worker takes over the children of this one',
      patience,
      60,
    )
    .option('--json', 'write each event as a line of JSON', false);
}

function collect(text: string, earlier: readonly NamedPath[] = []): readonly NamedPath[] {
  const [, name, path] = /^([\w.-]{1,100})=(.+)$/.exec(text) ?? [];
  if (name === undefined || path === undefined)
    throw new InvalidArgumentError('It must be a name and a path: cifar10=/data/cifar-10-binary.tar.gz.');
  if (earlier.some((one) => one.name === name))
    throw new InvalidArgumentError(`There are two called ${name}.`);
  return [...earlier, { name, path: resolve(path) }];
}

/** A shorter time would take children away from busy workers. */
const leastPatience = 3;

function patience(text: string): number {
  const seconds = positiveInteger(text);
  if (seconds < leastPatience) throw new InvalidArgumentError(`It must be ${leastPatience} or more.`);
  return seconds;
}

function device(text: string): string {
  if (!/^(?:auto|cpu|gpu:\d+)$/.test(text)) throw new InvalidArgumentError('It must be auto, cpu or gpu:0.');
  return text;
}
