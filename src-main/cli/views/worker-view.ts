import { dataKinds } from '../../../src-shared/tasks/data-kinds';
import { metricText, validationMetric } from '../../../src-shared/run/metric';
import type { WorkerEvent } from '../../workers/queue/worker/train-taken';
import { writeJson, writeLine, type Terminal } from '../terminal';

/** Shows the activity of a queue's worker on a terminal. */
export interface WorkerView {
  event(event: WorkerEvent): void;
  /** The user ends the worker. */
  ending(when: 'afterEpoch' | 'now'): void;
}

/** Events as lines of JSON with --json, a line for each child and epoch otherwise. */
export function workerView(
  terminal: Terminal,
  url: string,
  { json }: { readonly json: boolean },
): WorkerView {
  const notices = {
    afterEpoch:
      'Ending after the current epoch of each child; incomplete children return to the queue. Press Ctrl-C again to end at once.',
    now: 'Ending at once; the children return to the queue.',
  };
  return {
    event: (event) => {
      if (json) {
        writeJson(terminal, { ...event, at: Date.now() });
        return;
      }
      const line = workerLine(event, url);
      if (line !== undefined) writeLine(terminal, line);
    },
    ending: (when) => (json ? terminal.stderr : terminal.stdout).write(`${notices[when]}\n`),
  };
}

const endings = {
  completed: 'complete',
  failed: 'failed; its search has the reason',
  cancelled: 'ended by its search',
  lost: 'given to another worker, since the queue received no heartbeat from this one',
  givenBack: 'returned to the queue',
} as const;

/** An event as a line; undefined for events that are not shown. */
export function workerLine(event: WorkerEvent, url: string): string | undefined {
  switch (event.type) {
    case 'ready': {
      const held = event.datasets.map(({ name, fingerprint }) => `${name} (${fingerprint.slice(0, 12)}…)`);
      return `Working at ${url} with ${held.join(', ')}. Ctrl-C ends it.`;
    }
    case 'away':
    case 'refused':
      return event.message;
    case 'back':
      return `The queue ${url} is back.`;
    case 'dataLost':
      return `${event.name} is no longer offered: ${event.message}`;
    case 'trialStarted':
      return `${nameOf(event)}: in training`;
    case 'epochEnded': {
      const [{ id: measure }] = dataKinds.of(event.record.kind).metrics;
      const reached = metricText(measure, validationMetric(event.record));
      return `${nameOf(event)}: epoch ${event.record.epoch + 1} of ${event.epochs}, ${reached}`;
    }
    case 'trialEnded':
      return `${nameOf(event)}: ${endings[event.released ?? event.end.outcome]}`;
    case 'trialProgress':
      return undefined;
  }
}

function nameOf({ search, trial }: { readonly search: string; readonly trial: number }): string {
  return `child ${trial} of ${search.slice(0, 8)}`;
}
