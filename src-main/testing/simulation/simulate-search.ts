import { metricOf } from '../../../src-shared/run/metric';
import type { RunEvent, RunOutcome } from '../../../src-shared/run/run-event';
import type { Trial } from '../../../src-shared/run/trial';
import type { WritableRun } from '../../runs/run-folder';
import { candidates, strategyOf } from '../../search/candidate';
import { runSearch } from '../../search/search';
import { fitChildren, type ChildModel } from './child-model';
import { simulatedPool, type SimulatedChildren } from './simulated-pool';
import { virtualTime } from './virtual-time';

export interface Simulation extends Pick<SimulatedChildren, 'size' | 'model' | 'meanDuration' | 'failing'> {
  /** Cost of handling so far, in milliseconds, which passes in virtual time too. By default handling takes no time. */
  readonly cost?: () => number;
  /** Receives each event after it has been stored. */
  readonly onEvent?: (event: RunEvent) => void;
  readonly stop?: AbortSignal;
}

export interface Simulated {
  readonly outcome: RunOutcome;
  /** Milliseconds of virtual time from the first proposal to the last child's end. */
  readonly duration: number;
  /** Total training time of all trainers, in milliseconds. */
  readonly trained: number;
}

/** Runs the search of a run as it is (loop, controller, parameter server, store), with children that take virtual time. */
export async function simulateSearch(run: WritableRun, simulation: Simulation): Promise<Simulated> {
  const { config, dataset } = run.manifest;
  const time = virtualTime(simulation.cost);
  const costs = new Map<number, Pick<Trial, 'parameters' | 'multiplyAdds'>>();
  const pool = simulatedPool({
    ...simulation,
    time,
    costsOf: (trial) => {
      const found = costs.get(trial);
      if (found === undefined) throw new Error(`Child ${trial} was not proposed in this session.`);
      return found;
    },
  });
  const listener = (event: RunEvent): void => {
    if (event.type === 'trialProposed') {
      const { number, parameters, multiplyAdds } = event.trial;
      costs.set(number, { parameters, multiplyAdds });
    } else if (
      event.type === 'trialCompleted' ||
      event.type === 'trialFailed' ||
      event.type === 'trialReused'
    )
      costs.delete(event.trial.number);
    simulation.onEvent?.(event);
  };
  const outcome = await time.until(
    runSearch({
      run,
      strategy: strategyOf(config),
      candidateOf: candidates(config, dataset.description),
      pool,
      data: '/nowhere',
      listener,
      stop: {
        now: simulation.stop ?? new AbortController().signal,
        afterEpoch: new AbortController().signal,
      },
      software: {},
      clock: time.now,
    }),
  );
  return { outcome, duration: time.now(), trained: pool.trained() };
}

/** As {@link fitChildren}, of the children of a run. */
export function modelOf(run: Pick<WritableRun, 'manifest'>, trials: readonly Trial[]): ChildModel {
  return fitChildren(trials, metricOf(run.manifest.config.recipe));
}
