import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { positiveInteger } from '../search/search-options';

/** What `cellsmith worker` was called with. */
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

export interface NamedPath {
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

/** Less would take children away from workers that are merely busy. */
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
