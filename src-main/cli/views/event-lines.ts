import { metricText, type MetricId } from '../../../src-shared/run/metric';
import type { RunEvent } from '../../../src-shared/run/run-event';
import type { Trial } from '../../../src-shared/run/trial';
import { shortCount } from '../../../src-shared/architecture/conv/conv-text';
import { duration, rewardText } from '../../../src-shared/format';

/**
 * An event as a line; undefined for events that are not shown.
 * @param measure what the children of the run are compared by
 */
export function eventLine(event: RunEvent, metric: MetricId): string | undefined {
  switch (event.type) {
    case 'runStarted':
      return `${event.resumed ? 'Resuming' : 'Searching'} in ${event.folder}`;
    case 'trialCompleted':
      return `child ${event.trial.number}: ${resultText(event.trial, metric)}, ${sizeText(event.trial)}${timeText(event.trial)}${endingText(event.trial)}`;
    case 'trialReused':
      return `child ${event.trial.number}: ${resultText(event.trial, metric)}, the same network as child ${event.trial.reusedFrom ?? 0}`;
    case 'trialFailed':
      return `child ${event.trial.number}: failed. ${event.message}`;
    case 'controllerUpdated': {
      const { number, meanReward, diagnostics } = event.update;
      const { baseline } = diagnostics;
      const compared = baseline === undefined ? '' : `, baseline ${rewardText(baseline)}`;
      return `update ${number}: mean reward ${rewardText(meanReward)}${compared}`;
    }
    case 'trialRetried':
      return `child ${event.trial.number}: is trained again`;
    case 'trialRepeated': {
      const { number, batchSize } = event.trial;
      const how = batchSize === null ? '' : ` at a batch size of ${batchSize}`;
      return `child ${number}: is trained again${how}. ${event.message}`;
    }
    case 'trialRestored':
      return `child ${event.trial}: resumes after epoch ${event.epochs.length}`;
    case 'queueChanged':
    case 'runPaused':
    case 'runContinued':
    case 'runEnded':
    case 'trialProposed':
    case 'trialInterrupted':
    case 'trialStarted':
    case 'trialProgress':
    case 'epochEnded':
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
  return endedBy === 'rule' ? ', ended early' : '';
}

function timeText({ startedAt, endedAt }: Trial): string {
  return startedAt === null || endedAt === null ? '' : `, ${duration(endedAt - startedAt)}`;
}
