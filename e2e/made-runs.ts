import { presets } from '../src-shared/config/presets';
import type { ImageSearchConfig, SearchConfig } from '../src-shared/config/search-config';
import { Generator } from '../src-shared/random';
import type { Trial } from '../src-shared/run/trial';
import { depthOf, spaceOf } from '../src-shared/tasks/searched';
import { createStrategy } from '../src-main/strategy/strategies';
import { proposeUpTo, type Proposal } from '../src-main/strategy/strategy';
import { mergeOverrides } from '../src-shared/config/options/overrides';
import { createRun } from '../src-main/runs/run-folder';
import { insertBatch, insertProbabilities, insertUpdate } from '../src-main/runs/tables/batches';
import { insertEpoch } from '../src-main/runs/tables/epochs';
import { endSession, insertSession } from '../src-main/runs/tables/sessions';
import { insertTrial } from '../src-main/runs/tables/trials';
import { candidates, type Candidate } from '../src-main/search/candidate';
import { madeTasks, type MadeTask } from './made-tasks';

export interface MadeRun {
  readonly name: string;
  readonly strategy: 'reinforce' | 'random';
  readonly children: number;
  readonly epochs: number;
  readonly seed?: number;
  /** Defaults to images. */
  readonly on?: keyof typeof madeTasks;
  /** Networks grow by two layers every 1,600 children, as in the paper; otherwise all have six layers. */
  readonly grows?: boolean;
}

/** Outcome of a made child. */
interface Outcome {
  /** Null for one that failed. */
  readonly measure: number | null;
  readonly reward: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * Writes the folder of a finished run through the program's own code: the real controller or random search, learning from children that
 * are judged by their decisions.
 * @returns the folder
 */
export function makeRun(
  runs: string,
  { name, strategy, children, epochs, seed = 1, on = 'images', grows = false }: MadeRun,
): string {
  const task = madeTasks[on];
  const config = configOf(task, { name, strategy, children, epochs, seed, grows });
  const { description } = task;
  const run = createRun(
    { within: runs },
    {
      config,
      dataset: { location: description.location, fingerprint: description.fingerprint, description },
      software: { node: process.versions.node },
    },
  );
  const { database } = run;
  const draws = Generator.seeded(seed, 'made run');
  const candidateOf = candidates(config, description);
  const policy = createStrategy({
    config: config.controller,
    space: spaceOf(config.space),
    seed,
    depthAt: (proposals) => depthOf(config.space, proposals),
  });
  let at = Date.UTC(2031, 0, 9, 8);
  database.transaction(() => {
    const session = insertSession(database, { startedAt: at, host: 'here', pid: 1, software: {} });
    for (let first = 1, batch = 1; first <= children; first += policy.pace.batch, batch++) {
      const size = Math.min(policy.pace.batch, children - first + 1);
      const proposals = proposeUpTo(policy, 0, size);
      const parametersVersion = proposals[0]?.parametersVersion ?? null;
      insertBatch(database, { number: batch, replica: 0, learned: true, parametersVersion });
      const results = proposals.map((proposal, place) => {
        const outcome = outcomeOf(task, proposal, at, draws);
        at = outcome.endedAt;
        const candidate = candidateOf(proposal.depth, proposal.decisions);
        const trial = trialOf(first + place, proposal, candidate, outcome);
        insertTrial(database, trial, batch);
        const { measure, startedAt } = outcome;
        for (let epoch = 0; measure !== null && epoch < epochs; epoch++) {
          const way = epoch === epochs - 1 ? 1 : 1 - Math.exp((-4 * (epoch + 1)) / epochs);
          insertEpoch(
            database,
            trial.number,
            task.epoch(measure, way, epoch, (at - startedAt) / 1000 / epochs),
          );
        }
        return { proposal, reward: outcome.reward };
      });
      const record = policy.tell(results);
      insertUpdate(
        database,
        { ...record, replica: 0, trials: proposals.map((_, place) => first + place) },
        batch,
        at,
      );
      insertProbabilities(database, record.number, record.probabilities);
    }
    endSession(database, session, { at, outcome: 'finished', message: null });
  });
  run.close();
  return run.folder;
}

function configOf(
  { config }: MadeTask,
  { name, strategy, children, epochs, seed, grows }: Required<Omit<MadeRun, 'on'>>,
): SearchConfig {
  const common = { name, seed, budget: { children, hours: null, multiplyAdds: null } };
  return isImageSearch(config)
    ? {
        ...config,
        ...common,
        ...(grows && { space: presets.v1.config.space }),
        controller: mergeOverrides(config, { controller: { strategy } }).controller,
        recipe: { ...config.recipe, epochs, rewardEpochs: 1 },
      }
    : {
        ...config,
        ...common,
        controller: mergeOverrides(config, { controller: { strategy } }).controller,
        recipe: { ...config.recipe, epochs },
      };
}

/** One child in a hundred fails. */
function outcomeOf(task: MadeTask, { decisions }: Proposal, startedAt: number, draws: Generator): Outcome {
  if (draws.uniform() < 0.01) return { measure: null, reward: 0, startedAt, endedAt: startedAt + 5_000 };
  const measure = task.measureOf(task.merit(decisions) + 0.02 * draws.normal());
  const took = Math.round(40_000 + 20_000 * draws.uniform());
  return { measure, reward: task.rewardOf(measure), startedAt, endedAt: startedAt + took };
}

function trialOf(
  number: number,
  { depth, decisions, logProbabilities = [], lane }: Proposal,
  { hash, parameters, multiplyAdds }: Candidate,
  { measure, reward, startedAt, endedAt }: Outcome,
): Trial {
  return {
    number,
    state: measure === null ? 'failed' : 'completed',
    replica: lane,
    depth,
    decisions: decisions.map((decision) => (typeof decision === 'number' ? decision : [...decision])),
    logProbabilities: [...logProbabilities],
    architectureHash: hash,
    parameters,
    multiplyAdds,
    reward,
    measure,
    failure: measure === null ? { reason: 'diverged', message: 'The loss became NaN.' } : null,
    reusedFrom: null,
    retries: 0,
    batchSize: null,
    endedBy: null,
    startedAt,
    endedAt,
  };
}

function isImageSearch(config: MadeTask['config']): config is ImageSearchConfig {
  return config.recipe.kind === 'images';
}
