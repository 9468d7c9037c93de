import type { MultiBar, SingleBar } from 'cli-progress';
import { counted } from '../../../src-shared/counted';
import {
  type MetricId,
  metricText,
  metricNamed,
  trainMetric,
  validationMetric,
} from '../../../src-shared/run/metric';
import { shortCount } from '../../../src-shared/architecture/conv/conv-text';
import type { TrainingEvent } from '../../../src-shared/training/training-event';
import { noTraining, trainingAfter, trainingTimeLeft } from '../../../src-shared/training/training-progress';
import { duration } from '../../../src-shared/format';
import { writeJson, writeLine, type Terminal } from '../terminal';
import { bars, parts, preparingBar } from '../views/bars-view';
import { preparingLines } from '../views/plain-views';
import type { PreparingView } from '../views/search-view';

/** How a terminal shows the training of one architecture. */
export interface TrainView extends PreparingView {
  event(event: TrainingEvent): void;
  /** Something else to tell the user. */
  note(text: string): void;
}

/**
 * Events as JSON with --json, a bar on an interactive terminal, plain lines elsewhere.
 * @param measure what the architecture is judged by
 */
export function trainView(terminal: Terminal, json: boolean, metric: MetricId): TrainView {
  if (json) return jsonView(terminal);
  return terminal.draws ? barView(terminal, metric) : linesView(terminal, metric);
}

function jsonView(terminal: Terminal): TrainView {
  const nothing = (): void => undefined;
  return {
    dataset: nothing,
    engine: nothing,
    event: (event) => writeJson(terminal, event),
    note: (text) => terminal.stderr.write(`${text}\n`),
    close: nothing,
  };
}

function linesView(terminal: Terminal, metric: MetricId): TrainView {
  const lineOf = trainingLines(metric);
  return {
    ...preparingLines(terminal),
    event: (event) => {
      const line = lineOf(event);
      if (line !== undefined) writeLine(terminal, line);
    },
    note: (text) => writeLine(terminal, text),
  };
}

function barView(terminal: Terminal, metric: MetricId): TrainView {
  const preparing = preparingBar(terminal);
  const lineOf = trainingLines(metric);
  let multi: MultiBar | undefined;
  let bar: SingleBar | undefined;
  let progress = noTraining;
  return {
    ...preparing,
    event: (event) => {
      preparing.close();
      multi ??= bars(terminal);
      bar ??= multi.create(parts, 0, { text: 'training', tail: '' });
      progress = trainingAfter(progress, event);
      const line = lineOf(event);
      if (line !== undefined) multi.log(`${line}\n`);
      if (event.type === 'measureProgress')
        bar.update(Math.round((parts * event.step) / event.steps), {
          text: splitNames[event.split],
          tail: '',
        });
      else {
        const left = trainingTimeLeft(progress, event.at);
        const epoch = Math.min(progress.epochs, Math.floor(progress.done) + 1);
        bar.update(Math.round((parts * progress.done) / progress.epochs), {
          tail: `epoch ${epoch} of ${progress.epochs}${left === null ? '' : `, ${duration(left)} left`}`,
        });
      }
    },
    note: (text) => {
      if (multi === undefined) writeLine(terminal, text);
      else multi.log(`${text}\n`);
    },
    close: () => {
      preparing.close();
      multi?.stop();
      multi = undefined;
      bar = undefined;
    },
  };
}

const splitNames = { validation: 'draws of dropout', test: 'test' } as const;

/** An event of a training as a line; undefined for events that are not shown. */
function trainingLines(metric: MetricId): (event: TrainingEvent) => string | undefined {
  let progress = noTraining;
  const { name } = metricNamed(metric);
  return (event) => {
    progress = trainingAfter(progress, event);
    switch (event.type) {
      case 'trainingStarted':
        return (
          `Training ${shortCount(event.parameters)} parameters for ${counted(event.epochs, 'epoch')} in ${event.folder}` +
          (event.earlier > 0 ? `, of which ${event.earlier} are done` : '')
        );
      case 'epochEnded': {
        const { record } = event;
        const left = trainingTimeLeft(progress, event.at);
        return (
          `epoch ${record.epoch + 1} of ${progress.epochs}: validation ${name} ${metricText(metric, validationMetric(record))}, ` +
          `training ${metricText(metric, trainMetric(record))}, rate ${record.learningRate.toPrecision(3)}, ` +
          `${duration(1000 * record.seconds)}${left === null || left === 0 ? '' : `, ${duration(left)} left`}`
        );
      }
      case 'measured':
        return event.split === 'test'
          ? `test ${name} ${metricText(metric, event.measure)}${event.draws > 0 ? `, averaged over ${counted(event.draws, 'draw')} of dropout` : ''}`
          : `validation ${name} averaged over ${counted(event.draws, 'draw')} of dropout ${metricText(metric, event.measure)}`;
      case 'trainingEnded':
        return event.message ?? undefined;
      case 'trainingProgress':
      case 'measureProgress':
        return undefined;
    }
  };
}
