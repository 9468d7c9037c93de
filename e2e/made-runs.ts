import { presets } from '../src-shared/config/presets';
import type { ConvSpaceConfig, ImageSearchConfig } from '../src-shared/config/search-config';
import { Generator } from '../src-shared/random';
import type { EpochRecord, Trial } from '../src-shared/run/trial';
import { convSpace } from '../src-shared/space/conv-space';
import { createStrategy } from '../src-main/controller/create-strategy';
import type { Proposal } from '../src-main/controller/strategy';
import { syntheticReward } from '../src-main/controller/synthetic-reward';
import { createRun } from '../src-main/runs/run-folder';
import { insertBatch } from '../src-main/runs/tables/batches';
import { insertEpoch } from '../src-main/runs/tables/epochs';
import { endSession, insertSession } from '../src-main/runs/tables/sessions';
import { insertTrial } from '../src-main/runs/tables/trials';
import { insertProbabilities, insertUpdate } from '../src-main/runs/tables/updates';
import { candidates } from '../src-main/search/candidate';
import { runDescription } from '../src-main/testing/run-description';

const { config: v1 } = presets.v1;
/** The space that the synthetic reward judges: six layers of v1. */
const space: ConvSpaceConfig = {
  ...v1.space,
  schedule: { ...v1.space.schedule, growBy: 0, maximumLayers: 6 },
};
const candidateOf = candidates({ ...v1, space }, runDescription().dataset.description);

export interface MadeRun {
  readonly name: string;
  readonly strategy: 'reinforce' | 'random';
  readonly children: number;
  readonly epochs: number;
  readonly seed?: number;
}

/**
 * Writes the folder of a finished run through the program's own code: the real controller or random search on the synthetic reward,
 * in place of hours of training.
 * @returns the folder
 */
export function makeRun(runs: string, { name, strategy, children, epochs, seed = 1 }: MadeRun): string {
  const base = runDescription();
  const config: ImageSearchConfig = {
    ...base.config,
    name,
    preset: 'v1',
    seed,
    space,
    controller: {
      ...v1.controller,
      strategy,
      replicas: 1,
      parameterServerShards: 1,
      childrenPerUpdate: 8,
      learningRate: 0.006,
    },
    recipe: { ...v1.recipe, epochs, rewardEpochs: 1 },
    budget: { children, hours: null },
  };
  const run = createRun(runs, { ...base, config });
  const { database } = run;
  const draws = Generator.seeded(seed, 'made run');
  const policy = createStrategy({
    config: config.controller,
    space: convSpace(space),
    seed,
    depthAt: () => space.schedule.initialLayers,
  });
  let at = Date.UTC(2031, 0, 9, 8);
  database.transaction(() => {
    const session = insertSession(database, { startedAt: at, host: 'here', pid: 1, software: {} });
    for (let first = 1, batch = 1; first <= children; first += policy.childrenPerUpdate, batch++) {
      insertBatch(database, { number: batch, replica: 0, learned: true });
      const size = Math.min(policy.childrenPerUpdate, children - first + 1);
      const proposals = Array.from({ length: size }, () => policy.propose(0));
      const results = proposals.map((proposal, place) => {
        const startedAt = at;
        const failed = draws.uniform() < 0.01;
        at += failed ? 5_000 : Math.round(40_000 + 20_000 * draws.uniform());
        const accuracy = Math.min(
          0.99,
          0.3 + 0.6 * syntheticReward(proposal.decisions) + 0.01 * draws.normal(),
        );
        const trial = trialOf(first + place, proposal, failed ? null : accuracy, startedAt, at);
        insertTrial(database, trial, batch);
        if (!failed)
          for (const record of curve(accuracy, epochs, (at - startedAt) / 1000, draws))
            insertEpoch(database, trial.number, record);
        return { proposal, reward: trial.reward ?? 0 };
      });
      const record = policy.learn(results);
      insertUpdate(database, { ...record, trials: proposals.map((_, place) => first + place) }, batch, at);
      insertProbabilities(database, record.number, record.probabilities);
    }
    endSession(database, session, { at, outcome: 'finished', message: null });
  });
  run.close();
  return run.folder;
}

function trialOf(
  number: number,
  { depth, decisions, logProbabilities, replica }: Proposal,
  accuracy: number | null,
  startedAt: number,
  endedAt: number,
): Trial {
  const { hash, parameters, multiplyAdds } = candidateOf(depth, decisions);
  return {
    number,
    state: accuracy === null ? 'failed' : 'completed',
    replica,
    depth,
    decisions: decisions.map((decision) => (typeof decision === 'number' ? decision : [...decision])),
    logProbabilities: [...logProbabilities],
    architectureHash: hash,
    parameters,
    multiplyAdds,
    reward: accuracy === null ? 0 : accuracy ** 3,
    measure: accuracy,
    failure: accuracy === null ? { reason: 'diverged', message: 'The loss was no number any more.' } : null,
    reusedFrom: null,
    retries: 0,
    batchSize: null,
    endedEarly: false,
    startedAt,
    endedAt,
  };
}

/** Epochs that rise to an accuracy and end there. */
function curve(accuracy: number, epochs: number, seconds: number, draws: Generator): EpochRecord[] {
  return Array.from({ length: epochs }, (_, epoch) => {
    const share = 1 - Math.exp((-4 * (epoch + 1)) / epochs);
    const validationAccuracy = Math.max(
      0,
      epoch === epochs - 1 ? accuracy : accuracy * share + 0.01 * draws.normal(),
    );
    return {
      kind: 'images',
      epoch,
      trainLoss: 2.3 * (1 - 0.8 * share),
      trainAccuracy: Math.min(1, validationAccuracy * 1.05),
      validationLoss: 2.3 * (1 - 0.7 * share),
      validationAccuracy,
      learningRate: 0.1,
      seconds: seconds / epochs,
    };
  });
}
