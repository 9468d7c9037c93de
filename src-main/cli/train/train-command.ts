import { join } from 'node:path';
import { measureNames, measureOf, measureText, validationMeasure } from '../../../src-shared/run/measure';
import { CellsmithError } from '../../../src-shared/errors';
import { prepareFor } from '../../datasets/prepare-for';
import { provisionEngine } from '../../engine/provision/provision';
import { prepareTraining } from '../../training/prepare-training';
import { trainArchitecture } from '../../training/train-architecture';
import { trainingFiles, type TrainingRecord } from '../../training/training-record';
import { forkTrainer } from '../../workers/trainer-process';
import { exitCodes } from '../exit-codes';
import { listenForInterrupts } from '../interrupts';
import { productVersion, writeLine, type Terminal } from '../terminal';
import { orderOf, type TrainOptions } from './train-options';
import { trainView } from './train-views';

/**
 * `cellsmith train`: trains one architecture until the last epoch of its recipe or Ctrl-C, and leaves its weights and the record of its
 * epochs.
 * @param named an architecture file, or a run and the number of a child; nothing with --cell
 * @returns the exit code
 */
export async function trainCommand(
  terminal: Terminal,
  named: readonly string[],
  options: TrainOptions,
): Promise<number> {
  const order = orderOf(terminal, named, options);
  const view = trainView(terminal, options.json, measureOf(order.recipe));
  let training = false;
  const interrupts = listenForInterrupts((presses) => {
    if (training && presses === 1)
      view.note('Ending after this epoch; its weights are kept. Press Ctrl-C again to end at once.');
    else if (training) view.note('Ending at once; the record of the epochs is kept.');
  });
  try {
    // There is nothing to keep yet: the first Ctrl-C ends at once.
    const signal = AbortSignal.any([interrupts.gentle, interrupts.immediate]);
    const ready = await prepareTraining(order, {
      prepare: prepareFor,
      reading: { signal, onProgress: (progress) => view.dataset(progress) },
      engine: () => provisionEngine({ signal, onProgress: (progress) => view.engine(progress) }),
      version: productVersion(terminal),
    });
    training = true;
    const record = await trainArchitecture(ready, {
      trainers: { ...order.subject.base.trainers, count: 1, threads: options.threads ?? null },
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

function writeSummary(terminal: Terminal, folder: string, { child, epochs, outcome }: TrainingRecord): void {
  const measure = measureOf(child.recipe);
  const reached = epochs.flatMap((record) => validationMeasure(record) ?? []);
  const best = measure === 'accuracy' ? Math.max(...reached) : Math.min(...reached);
  writeLine(terminal);
  if (reached.length > 0)
    writeLine(
      terminal,
      `Best validation ${measureNames[measure].name}: ${measureText(measure, best)}, of ${epochs.length} epochs`,
    );
  const left = outcome === 'completed' || outcome === 'stopped' ? 'Record and weights' : 'Record';
  writeLine(terminal, `${left}: ${trainingFiles(folder).record.replace(/[^/\\]*$/, '')}`);
}
