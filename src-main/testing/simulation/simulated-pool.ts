import { Generator } from '../../../src-shared/random';
import type { ChildResult } from '../../../src-shared/run/child-event';
import { metricOf } from '../../../src-shared/run/metric';
import type { EpochRecord } from '../../../src-shared/tasks/data-kinds';
import type { Trial } from '../../../src-shared/run/trial';
import type { ChildListener, TrainerPool } from '../../workers/trainer-pool';
import type { Child } from '../../../src-shared/tasks/tasks';
import type { TrialJob } from '../../workers/protocol';
import { isAborted } from '../synthetic-pool';
import { drawChild, type ChildModel } from './child-model';
import type { VirtualTime } from './virtual-time';

export interface SimulatedChildren {
  readonly time: VirtualTime;
  /** Children that train at the same time. */
  readonly size: number;
  readonly model: ChildModel;
  /** Mean duration of a whole training in milliseconds, to which the model is scaled. */
  readonly meanDuration: number;
  /** Share of the children that fail, by memory or divergence. */
  readonly failing: number;
  readonly costsOf: (trial: number) => Pick<Trial, 'parameters' | 'multiplyAdds'>;
}

/** A pool whose trainers take virtual time only, with their utilisation. */
export interface SimulatedPool extends TrainerPool {
  /** Total virtual training time of all trainers, in milliseconds. */
  readonly trained: () => number;
}

/**
 * Trainers that send the events of real ones (start, epochs, end) without training: the duration and the result of a child
 * are drawn from a model.
 */
export function simulatedPool(children: SimulatedChildren): SimulatedPool {
  const { time, size, model, meanDuration, failing, costsOf } = children;
  const free = Array.from({ length: size }, (_, index) => size - index);
  let trained = 0;
  /** The model's durations so far: networks grow over a search, and the mean must stay as configured. */
  let typical: number | undefined;

  const wait = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => time.after(milliseconds, resolve));

  const train = async ({ trial, child, seed }: TrialJob, listener: ChildListener): Promise<ChildResult> => {
    const metric = metricOf(child.recipe);
    const drawn = drawChild(model, metric, costsOf(trial), seed);
    typical = typical === undefined ? drawn.milliseconds : 0.995 * typical + 0.005 * drawn.milliseconds;
    const { epochs: count } = child.recipe;
    const each = (meanDuration * (drawn.milliseconds / typical)) / count;
    const draws = Generator.seeded(seed, 'course');
    const failsAfter = draws.uniform() < failing ? draws.integer(count) : count;
    const epochs: EpochRecord[] = [];
    listener.onEvent?.({ type: 'trialRestored', epochs: [] });
    for (let epoch = 0; epoch < count; epoch++) {
      await wait(each);
      if (isAborted(listener)) return { outcome: 'cancelled', epochs };
      trained += each;
      if (epoch === failsAfter) {
        const reason = draws.integer(2) === 0 ? 'outOfMemory' : 'diverged';
        return { outcome: 'failed', reason, message: 'Drawn to fail.', epochs };
      }
      const record = epochOf(child, epoch, drawn.measure, each / 1000);
      epochs.push(record);
      listener.onEvent?.({ type: 'trialProgress', epoch, step: 1, steps: 1 });
      listener.onEvent?.({ type: 'epochEnded', record });
    }
    return { outcome: 'completed', stopped: false, epochs };
  };

  return {
    size,
    trained: () => trained,
    run: async (job, listener = {}) => {
      const trainer = free.pop();
      if (trainer === undefined) throw new Error(`More than ${size} children at a time.`);
      try {
        listener.onEvent?.({ type: 'trialStarted', trainer });
        return await train(job, listener);
      } finally {
        free.push(trainer);
      }
    },
    stopAfterEpoch: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    close: () => Promise.resolve(),
  };
}

/** An epoch on the way to the child's final result. */
function epochOf(child: Child, epoch: number, measure: number, seconds: number): EpochRecord {
  const rest = Math.exp((-4 * (epoch + 1)) / child.recipe.epochs);
  const { learningRate } = child.recipe;
  return epochsOf[child.kind]({ epoch, learningRate, seconds }, measure, rest);
}

type Place = Pick<EpochRecord, 'epoch' | 'learningRate' | 'seconds'>;

/** An epoch by the kind of the data. @param rest remaining share of the way, from 1 to 0 */
const epochsOf: Readonly<
  Record<EpochRecord['kind'], (place: Place, measure: number, rest: number) => EpochRecord>
> = {
  text: (place, measure, rest) => {
    const validationPerplexity = measure * (1 + rest);
    return { kind: 'text', ...place, trainPerplexity: 0.9 * validationPerplexity, validationPerplexity };
  },
  images: (place, measure, rest) => {
    const accuracy = measure * (1 - rest);
    const [train, validation] = [
      { trainLoss: 1 - accuracy, trainAccuracy: accuracy },
      { validationLoss: 1 - accuracy, validationAccuracy: accuracy },
    ];
    return { kind: 'images', ...place, ...train, ...validation };
  },
};
