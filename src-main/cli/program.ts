import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { presetNames } from '../../src-shared/config/presets';
import { optionsCommand, presetsCommand, showPresetCommand } from './config-command';
import { describeCommand, type DescribeOptions } from './data-command';
import { engineCommand, type EngineOptions } from './engine-command';
import { estimateCommand } from './search/estimate-command';
import { exitCodesHelp } from './exit-codes';
import { exportCommand, exportFormats, type ExportOptions, listCommand, showCommand } from './runs-command';
import { searchCommand } from './search/search-command';
import { addSearchOptions, positiveInteger, presetName, type SearchOptions } from './search/search-options';
import { testCommand, trainCommand, type TestOptions } from './train/train-command';
import { addTrainOptions, type TrainOptions } from './train/train-options';
import { workerCommand, addWorkerOptions, type WorkerOptions } from './worker-command';
import { productVersion, writeLine, type Terminal } from './terminal';

const examples = `
Examples:
  cellsmith search                                     the demo: a small search on a sample of CIFAR-10
  cellsmith search --preset laptop --data ~/images   a night's search on your own images
  cellsmith search --preset v1 --data cifar-10-binary.tar.gz --trainers 2 --set controller.replicas=1
  cellsmith search --preset v1 --data cifar-10-binary.tar.gz --estimate   time and memory on this machine
  cellsmith search --resume 2031-01-09-laptop          resume after Ctrl-C, a crash or a power cut
  cellsmith train 2031-01-09-laptop 12                 train one child of a run alone
  cellsmith runs show 2031-01-09-laptop --trial 12     the layers of one child
  cellsmith runs export 2031-01-09-laptop 12 -o net.json   its architecture as a file
  cellsmith search --preset v1 --data cifar10 --queue redis://lab   trained by the workers of a queue
  cellsmith worker --queue redis://lab --data cifar10=~/cifar10     one of these workers
  cellsmith data describe ~/images                   what a data set holds`;

const trainExamples = `
Examples:
  cellsmith train 2031-01-09-laptop-cells 12 --set recipe.epochs=39   a child of a search, trained longer
  cellsmith train 2031-01-09-laptop-cells 12 --preset ptb-base8       the same, at the size and by the recipe of the paper
  cellsmith train 2031-01-09-laptop-cells 12 --level character        the same cell on characters: bits per character
  cellsmith train cell.json --data ~/ptb --test                       an architecture file; its test perplexity at the end
  cellsmith train --cell lstm-medium --data ~/ptb                     a published model by its published recipe
  cellsmith train --network resnet-20 --data ~/cifar10                a published network on images
  cellsmith train --network resnet-20 --data ~/cifar10 --vary recipe.learningRate=0.1,0.05   once for each rate
  cellsmith train --resume 2031-01-09-lstm-medium-k3pq --test         resume after Ctrl-C, a crash or a power cut`;

/**
 * The command line. Each command gives an exit code to `setExitCode`; wrong usage and errors are thrown.
 */
export function commandLine(terminal: Terminal, setExitCode: (code: number) => void): Command {
  const ending =
    <Given extends unknown[]>(command: (...given: Given) => number | Promise<number>) =>
    async (...given: Given): Promise<void> =>
      setExitCode(await command(...given));
  const json = (): Option => new Option('--json', 'write lines of JSON').default(false);
  const runs = (): Option =>
    new Option(
      '--runs <folder>',
      'where runs are kept (default: CELLSMITH_RUNS or the data folder of the user)',
    );

  const program = new Command('cellsmith')
    .description('Finds neural architectures by reinforcement learning, and trains them on this machine.')
    .version(productVersion(terminal), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError()
    .addHelpText('after', `${examples}\n${exitCodesHelp}`)
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      // The entry writes errors: as a sentence, or as JSON.
      outputError: () => undefined,
    })
    .exitOverride();

  addSearchOptions(
    program.command('search').description('search for an architecture; without options, the demo'),
  )
    .addHelpText('after', `${examples}\n\nOptions for --set: cellsmith config options.`)
    .action(
      ending((options: SearchOptions, command: Command) =>
        options.estimate === true
          ? estimateCommand(terminal, options)
          : searchCommand(terminal, options, command),
      ),
    );

  addTrainOptions(
    program
      .command('train')
      .description('train given architectures: from files, children of a run, or a published one')
      .argument(
        '[named...]',
        'architecture files, or the name or folder of a run and numbers of its children',
      ),
  )
    .addHelpText('after', trainExamples)
    .action(
      ending((named: readonly string[], options: TrainOptions, command: Command) =>
        trainCommand(terminal, named, options, command),
      ),
    );

  addWorkerOptions(
    program.command('worker').description('train the children of searches started with --queue'),
  )
    .addHelpText(
      'after',
      '\nThe password of the queue comes from CELLSMITH_QUEUE_PASSWORD. See docs/queue.md.',
    )
    .action(ending((options: WorkerOptions) => workerCommand(terminal, options)));

  program
    .command('engine')
    .description('install the training engine if it is missing')
    .option('--report', 'print versions, devices and speed', false)
    .option('--wheel <file>', 'install from a downloaded TensorFlow wheel')
    .addOption(new Option('--variant <name>', 'TensorFlow variant to install').choices(['cpu', 'cuda']))
    .addOption(json())
    .action(ending((options: EngineOptions) => engineCommand(terminal, options)));

  program
    .command('data')
    .description('data sets')
    .command('describe')
    .description('describe the contents of a data set: a folder, an archive, or one of its files')
    .argument('<path>')
    .addOption(json())
    .addOption(new Option('--level <unit>', 'token level of a text').choices(['word', 'character']))
    .option('--vocabulary <n>', 'maximum vocabulary size of a text', positiveInteger)
    .action(ending((path: string, options: DescribeOptions) => describeCommand(terminal, path, options)));

  const ofRuns = program.command('runs').description('searches that are running or have run');
  ofRuns
    .command('list')
    .description('list all runs')
    .addOption(runs())
    .addOption(json())
    .action(ending((options: { runs?: string; json: boolean }) => listCommand(terminal, options)));
  ofRuns
    .command('show')
    .description('show a run and its best architectures, or one of its children')
    .argument('<run>', 'its name, a prefix of its name, or its folder')
    .option('--trial <n>', 'one child: its layers and epochs', number)
    .option('--best <n>', 'number of best architectures to show', number, 10)
    .addOption(runs())
    .addOption(json())
    .action(
      ending((run: string, options: { runs?: string; trial?: number; best: number; json: boolean }) =>
        showCommand(terminal, run, options),
      ),
    );

  ofRuns
    .command('export')
    .description('export the architecture of a child as a file for the window, or as an image')
    .argument('<run>', 'its name, a prefix of its name, or its folder')
    .argument('<trial>', 'number of the child', number)
    .addOption(new Option('-f, --format <name>', 'what to write').choices(exportFormats).default('json'))
    .option('-o, --output <file>', 'output file (default: standard output)')
    .option('--force', 'overwrite an existing file', false)
    .addOption(runs())
    .action(
      ending((run: string, trial: number, options: ExportOptions) =>
        exportCommand(terminal, run, trial, options),
      ),
    );

  ofRuns
    .command('test')
    .description('evaluate trained children on the test split, each once')
    .argument('<run>', 'its name, a prefix of its name, or its folder')
    .argument('<child...>', 'numbers of children whose weights the run has kept', numbers)
    .option('-d, --data <path>', 'where the data set is now (default: where it was)')
    .addOption(runs())
    .addOption(json())
    .action(
      ending((run: string, children: readonly number[], options: TestOptions) =>
        testCommand(terminal, run, children, options),
      ),
    );

  const ofConfig = program.command('config').description('presets and options of a search');
  ofConfig
    .command('presets')
    .description('list the presets')
    .addOption(json())
    .action(ending((options: { json: boolean }) => presetsCommand(terminal, options)));
  ofConfig
    .command('show')
    .description('print the configuration of a preset, as --config takes it')
    .addArgument(new Argument('<preset>', presetNames.join(', ')).argParser(presetName))
    .action(ending((preset: string) => showPresetCommand(terminal, preset)));
  ofConfig
    .command('options')
    .description('list the options that --set takes')
    .addOption(json())
    .option('--markdown', 'write docs/options.md', false)
    .action(ending((options: { json: boolean; markdown: boolean }) => optionsCommand(terminal, options)));

  program
    .command('start')
    .description('run the demo search in the terminal; from the sources, open the window')
    .action(
      ending((_options: unknown, command: Command) => {
        writeLine(terminal, 'The demo search, in the terminal:');
        return searchCommand(terminal, { set: [], skipUnreadable: false, json: false }, command);
      }),
    );
  return program;
}

function numbers(text: string, before: readonly number[] = []): readonly number[] {
  return [...before, number(text)];
}

function number(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}
