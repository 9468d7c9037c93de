import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Recipe } from '../../../src-shared/tasks/data-kinds';
import type { SearchConfig } from '../../../src-shared/config/search-config';
import { counted } from '../../../src-shared/counted';
import { bestMetric, metricNamed, metricOf, metricText } from '../../../src-shared/run/metric';
import { CellsmithError } from '../../../src-shared/errors';
import { prepareFor } from '../../datasets/prepare';
import { provisionEngine } from '../../engine/provision/provision';
import { requireUnfinished, trainersOfResumed } from '../../training/choose-training';
import {
  prepareTraining,
  reopenTraining,
  type ReadyTraining,
  type TrainingParts,
} from '../../training/prepare-training';
import { trainArchitecture } from '../../training/train-architecture';
import { readTrainingRecord, type TrainingRecord } from '../../training/training-record';
import { forkTrainer } from '../../workers/trainer-process';
import { exitCodes } from '../exit-codes';
import { listenForInterrupts } from '../interrupts';
import { productVersion, programName, writeLine, type Terminal } from '../terminal';
import { orderOf, requireResumable, trainingFolder, type TrainOptions } from './train-options';
import { trainView } from './train-views';

/**
 * `cellsmith train`: trains one architecture until the last epoch of its recipe or Ctrl-C, and leaves its weights and the record of its
 * epochs; with --resume resumes one, or evaluates it.
 * @param named an architecture file, or a run and the number of a child; nothing with --cell, --network or --resume
 * @returns the exit code
 */
export async function trainCommand(
  terminal: Terminal,
  named: readonly string[],
  options: TrainOptions,
  command: Command,
): Promise<number> {
  const task = taskOf(terminal, named, options, command);
  const view = trainView(terminal, options.json, metricOf(task.recipe));
  let training = false;
  const interrupts = listenForInterrupts((presses) => {
    if (training && presses === 1)
      view.note('Ending after this epoch; its weights are kept. Press Ctrl-C again to end at once.');
    else if (training) view.note('Ending at once; everything up to the last epoch is kept.');
  });
  try {
    // There is nothing to keep yet: the first Ctrl-C ends at once.
    const signal = AbortSignal.any([interrupts.gentle, interrupts.immediate]);
    const ready = await task.prepare({
      prepare: prepareFor,
      reading: { signal, onProgress: (progress) => view.dataset(progress) },
      engine: () => provisionEngine({ signal, onProgress: (progress) => view.engine(progress) }),
      version: productVersion(terminal),
    });
    training = true;
    const record = await trainArchitecture(ready, {
      trainers: { ...task.trainers, count: 1, threads: options.threads ?? null },
      spawn: forkTrainer(join(terminal.programs, 'trainer.js')),
      listener: (event) => view.event(event),
      stop: { afterEpoch: interrupts.gentle, now: interrupts.immediate },
      test: options.test,
    });
    view.close();
    if (!options.json) writeSummary(terminal, ready.folder, record);
    if (record.outcome === 'failed')
      throw new CellsmithError('child.failed', record.message ?? 'The training failed.');
    return interrupts.exitCode() ?? exitCodes.ok;
  } finally {
    view.close();
  }
}

/** What to train, and its preparation. */
interface Task {
  readonly recipe: Recipe;
  readonly trainers: SearchConfig['trainers'];
  readonly prepare: (parts: TrainingParts) => Promise<ReadyTraining>;
}

function taskOf(terminal: Terminal, named: readonly string[], options: TrainOptions, command: Command): Task {
  if (options.resume === undefined) {
    const order = orderOf(terminal, named, options);
    const { recipe, subject } = order;
    return { recipe, trainers: subject.base.trainers, prepare: (parts) => prepareTraining(order, parts) };
  }
  requireResumable(command, named, options.resume);
  const folder = trainingFolder(terminal, options.resume, options);
  const record = readTrainingRecord(folder);
  requireUnfinished(folder, record, options.test);
  const data = options.data === undefined ? undefined : resolve(options.data);
  return {
    recipe: record.child.recipe,
    trainers: trainersOfResumed,
    prepare: (parts) => reopenTraining(folder, data, parts),
  };
}

function writeSummary(terminal: Terminal, folder: string, { child, epochs, outcome }: TrainingRecord): void {
  const metric = metricOf(child.recipe);
  const best = bestMetric(metric, epochs);
  writeLine(terminal);
  if (best !== null)
    writeLine(
      terminal,
      `Best validation ${metricNamed(metric).name}: ${metricText(metric, best)}, of ${counted(epochs.length, 'epoch')}`,
    );
  const left = outcome === 'completed' || outcome === 'stopped' ? 'Record and weights' : 'Record';
  writeLine(terminal, `${left}: ${folder}`);
  if (outcome !== 'completed') writeLine(terminal, `To resume: ${programName()} train --resume ${folder}`);
}
