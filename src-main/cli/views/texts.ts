import {
  metricNamed,
  metricOf,
  metricText,
  trainMetric,
  validationMetric,
  type MetricId,
} from '../../../src-shared/run/metric';
import type { RunEvent } from '../../../src-shared/run/run-event';
import type { Trial } from '../../../src-shared/run/trial';
import { shortCount } from '../../../src-shared/architecture/conv/conv-text';
import { duration, rewardText, children, timeLeftText, bytes } from '../../../src-shared/format';
import { paceOf, timeLeft } from '../../../src-shared/run/progress';
import type { RunState } from '../../../src-shared/run/run-state';
import type { SearchOverview } from './search-view';
import { counted } from '../../../src-shared/counted';
import { givenChild, recipeOfChild } from '../../../src-shared/tasks/searched';
import { placesOf, type QueueState } from '../../../src-shared/run/queue-state';
import type { DatasetProgress } from '../../../src-shared/tasks/data-kind';
import type { ProvisioningProgress } from '../../engine/provision/progress';

/**
 * An event as a line; undefined for events that are not shown. Of given architectures each epoch is shown: they are few.
 * @param state after the event
 */
export function eventLine(event: RunEvent, state: RunState, overview: SearchOverview): string | undefined {
  const { config } = overview;
  const metric = metricOf(config.recipe);
  const areGiven = config.controller.strategy === 'fixed';
  switch (event.type) {
    case 'runStarted':
      return `${event.resumed ? 'Resuming' : areGiven ? 'Training' : 'Searching'} in ${event.folder}`;
    case 'trialCompleted':
      return `child ${event.trial.number}: ${resultText(event.trial, metric)}, ${sizeText(event.trial)}${timeText(event.trial)}${endingText(event.trial)}`;
    case 'trialReused':
      return `child ${event.trial.number}: ${resultText(event.trial, metric)}, the same network as child ${event.trial.reusedFrom ?? 0}`;
    case 'trialFailed':
      return `child ${event.trial.number}: failed. ${event.message}`;
    case 'controllerUpdated': {
      if (areGiven) return undefined;
      const { number, meanReward, diagnostics } = event.update;
      const { baseline } = diagnostics;
      const compared = baseline === undefined ? '' : `, baseline ${rewardText(baseline)}`;
      return `update ${number}: mean reward ${rewardText(meanReward)}${compared}`;
    }
    case 'trialRetried':
      return `child ${event.trial.number}: is retried`;
    case 'trialRepeated': {
      const { number, batchSize } = event.trial;
      const how = batchSize === null ? '' : ` at a batch size of ${batchSize}`;
      return `child ${number}: is retried${how}. ${event.message}`;
    }
    case 'trialRestored':
      return `child ${event.trial}: resumes after epoch ${event.epochs.length}`;
    case 'trialProposed': {
      if (!areGiven) return undefined;
      const { number, decisions } = event.trial;
      const name = givenChild(config.space, decisions)?.name;
      const { epochs } = recipeOfChild(config, decisions);
      return `child ${number}${name === undefined ? '' : `, ${name}`}: ${sizeText(event.trial)}, ${counted(epochs, 'epoch')}`;
    }
    case 'epochEnded': {
      if (!areGiven) return undefined;
      const { trial, record } = event;
      const of = config.budget.children === 1 ? '' : `child ${trial}, `;
      return (
        `${of}epoch ${record.epoch + 1} of ${overview.epochsOf(trial)}: validation ${metricNamed(metric).name} ` +
        `${metricText(metric, validationMetric(record))}, training ${metricText(metric, trainMetric(record))}, ` +
        `rate ${record.learningRate.toPrecision(3)}, ${duration(1000 * record.seconds)}${leftOf(state, overview)}`
      );
    }
    case 'trialEvaluated': {
      const { trial, split, metric: reached, draws } = event.evaluation;
      const of = config.budget.children === 1 ? '' : `child ${trial}: `;
      const averaged = draws > 0 ? `, averaged over ${counted(draws, 'draw')} of dropout` : '';
      return `${of}${split} ${metricNamed(metric).name} ${metricText(metric, reached)}${averaged}`;
    }
    case 'evaluationProgress':
    case 'queueChanged':
    case 'runPaused':
    case 'runContinued':
    case 'runEnded':
    case 'trialInterrupted':
    case 'trialStarted':
    case 'trialProgress':
      return undefined;
  }
}

function resultText(trial: Trial, metric: MetricId): string {
  return `${metricText(metric, trial.measure)}, reward ${rewardText(trial.reward)}`;
}

function sizeText(trial: Trial): string {
  return `${shortCount(trial.parameters)} parameters`;
}

function endingText({ endedBy }: Trial): string {
  return endedBy === 'rule' ? ', stopped early' : '';
}

function timeText({ startedAt, endedAt }: Trial): string {
  return startedAt === null || endedAt === null ? '' : `, ${duration(endedAt - startedAt)}`;
}

/** The state of a search, in a line: '12 of 32 children, 1 failed, best 41.3 %, 3 min ± 20 s left'. */
export function overallText(state: RunState, overview: SearchOverview): string {
  const { config } = overview;
  if (state.evaluating !== null)
    return `evaluating child ${state.evaluating.trial} on ${state.evaluating.split} data`;
  const { children: budget } = config.budget;
  const count = budget === null ? children(state.ended) : `${state.ended} of ${children(budget)}`;
  const failed = state.failed > 0 ? `, ${state.failed} failed` : '';
  const best = state.best === null ? '' : `, best ${metricText(metricOf(config.recipe), state.best.measure)}`;
  const under = state.queue === null ? '' : `, ${state.trainers.size} in training`;
  return `${count}${failed}${under}${best}${leftOf(state, overview)}`;
}

/** Empty while the estimate is no better than a guess, and at the end. */
function leftOf(state: RunState, { config, used, epochsOf }: SearchOverview): string {
  const left = timeLeft(paceOf(state, config, used(), epochsOf, Date.now()));
  if (left === null || left.milliseconds === 0 || left.uncertainty > 0.75 * left.milliseconds) return '';
  return `, ${timeLeftText(left)}`;
}

/** The state of a queue as a line: its workers for this search, or its problem. */
function queueText(queue: QueueState): string {
  if (queue.problem !== null) return queue.problem;
  const workers = queue.workers.filter(({ holdsData }) => holdsData);
  const hosts = [...new Set(workers.map(({ host }) => host))];
  const named =
    hosts.length > 4 ? `${hosts.slice(0, 4).join(', ')} and ${hosts.length - 4} more` : hosts.join(', ');
  return `queue ${queue.url}: ${counted(workers.length, 'worker')} with ${counted(placesOf(queue), 'trainer')} on ${named}`;
}

/** Writes the state of a queue whenever its text has changed. */
export function queueTextWriter(write: (text: string) => void): (queue: QueueState) => void {
  let last = '';
  return (queue) => {
    const text = queueText(queue);
    if (text !== last) write(text);
    last = text;
  };
}

/** Names of the stages of reading a data set. */
export const datasetStages: Readonly<Record<DatasetProgress['stage'], string>> = {
  listing: 'Listing the files of the data set',
  reading: 'Reading the data set',
  arranging: 'Writing the decoded copy',
  checking: 'Checking the decoded copy',
};

/** The name of a stage of installing the engine. @param total in bytes; 0 where it has none */
export function engineStage(stage: ProvisioningProgress['stage'], total: number): string {
  const words: Readonly<Record<ProvisioningProgress['stage'], string>> = {
    checking: 'Checking the training engine',
    waiting: 'Waiting for another process to install the training engine',
    downloading: 'Downloading the training engine',
    extracting: 'Unpacking the training engine',
    compiling: 'Compiling the binding of the training engine',
    verifying: 'Verifying the training engine',
  };
  return total > 0 ? `${words[stage]} (${bytes(total)})` : words[stage];
}
