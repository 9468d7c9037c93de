import { type Trial } from '../../src-shared/run/trial';
import { mostTrials } from '../../src-shared/limits';
import {
  type Batch,
  countBatches,
  insertBatch,
  markLearned,
  insertProbabilities,
  insertUpdate,
} from '../runs/tables/batches';
import { readBatchTrials, countProposals, insertTrial } from '../runs/tables/trials';
import { type SearchState, isEnding, record } from './search-state';
import { settleTrial } from './train-trial';
import { proposeUpTo, type Proposal } from '../strategy/strategy';
import { pruneCheckpoints } from '../runs/checkpoint';
import { storeEvent } from '../runs/tables/events';
import { checkpointController, commitController } from './strategy-state';
import type { ControllerUpdate } from '../../src-shared/run/run-event';

/** Number of active lanes: that of the strategy, or one for each trainer, and one while there is no trainer yet. */
export function laneCount({ strategy, pool }: Pick<SearchState, 'strategy' | 'pool'>): number {
  const { lanes } = strategy.pace;
  return lanes === 'trainers' ? Math.max(1, pool.size) : lanes;
}

/**
 * One lane of an asynchronous search: the strategy receives the rewards as soon as the lane's own children have ended. Ends early, with its batch
 * open, when one of its trials has no reward; also ends when there are fewer trainers than lanes.
 */
export async function runLane(state: SearchState, lane: number, open: Batch | undefined): Promise<void> {
  const next = (): Batch | undefined => (lane < laneCount(state) ? proposeBatch(state, lane) : undefined);
  let batch = open ?? next();
  while (batch !== undefined) {
    const [trials] = (await settleBatches(state, [batch])) ?? [];
    if (trials === undefined) return;
    learnBatch(state, batch, trials);
    batch = next();
  }
}

/**
 * A search in step: in each round all lanes propose, all children are trained, then the lanes receive their rewards in order. The
 * result depends on the rewards alone, not on which child ends first.
 * @param open the batches of the round in which the search ended
 */
export async function runRounds(state: SearchState, open: readonly Batch[]): Promise<void> {
  let round = restOfRound(state, open);
  while (round.length > 0) {
    const settled = await settleBatches(state, round);
    if (settled === undefined) return;
    for (const [index, batch] of round.entries()) learnBatch(state, batch, settled[index] ?? []);
    round = proposeFrom(state, 0);
  }
}

/**
 * The batches of a round in progress. Lanes propose and receive rewards in order: while the first lane's batch is open, no lane has received
 * rewards, and those after the last that has proposed may not have proposed yet; afterwards all have proposed.
 */
function restOfRound(state: SearchState, open: readonly Batch[]): Batch[] {
  const [first] = open;
  if (first !== undefined && first.replica > 0) return [...open];
  const next = (open.at(-1)?.replica ?? -1) + 1;
  return [...open, ...proposeFrom(state, next)];
}

/** Proposals of the lanes from `first` on, within the budget. */
function proposeFrom(state: SearchState, first: number): Batch[] {
  const batches: Batch[] = [];
  for (let lane = first; lane < laneCount(state); lane++) {
    const batch = proposeBatch(state, lane);
    if (batch === undefined) break;
    batches.push(batch);
  }
  return batches;
}

/**
 * Settles all trials of the batches. A failed one may be retried while others are in training.
 * @returns those of each batch; undefined when one has no reward
 */
async function settleBatches(state: SearchState, batches: readonly Batch[]): Promise<Trial[][] | undefined> {
  for (;;) {
    const trials = batches.map((batch) => readBatchTrials(state.run.database, batch.number));
    const open = trials.flat().filter((trial) => trial.reward === null);
    if (open.length === 0) return trials;
    const settled = await Promise.all(open.map((trial) => settleTrial(state, trial)));
    if (settled.some((trial) => trial.reward === null)) return undefined;
  }
}

/**
 * Asks a lane of the strategy for its next batch and stores it, with the state after proposing, in one transaction.
 * @returns undefined when the strategy has no more proposals, the budget (or the limit of a run) is proposed, or the search is ending
 */
export function proposeBatch(state: SearchState, lane: number): Batch | undefined {
  const { strategy, run } = state;
  const { database } = run;
  if (isEnding(state)) return undefined;
  const proposed = countProposals(database);
  const budget = run.manifest.config.budget.children ?? mostTrials;
  const size = Math.min(strategy.pace.batch, budget - proposed);
  if (size < 1) return undefined;

  const proposals = proposeUpTo(strategy, lane, size);
  if (proposals.length === 0) return undefined;
  const trials = proposals.map((proposal, place) => trialOf(state, proposal, proposed + place + 1));
  const batch: Batch = {
    number: countBatches(database) + 1,
    replica: lane,
    learned: false,
    parametersVersion: proposals[0]?.parametersVersion ?? null,
  };
  const checkpoint = checkpointController(state);
  const at = state.clock();
  database.transaction(() => {
    insertBatch(database, batch);
    for (const trial of trials) {
      insertTrial(database, trial, batch.number);
      storeEvent(database, { type: 'trialProposed', trial, at });
    }
    commitController(state, checkpoint);
  });
  pruneCheckpoints(run.folder, checkpoint);
  for (const trial of trials) state.listener({ type: 'trialProposed', trial, at });
  return batch;
}

function trialOf(state: SearchState, proposal: Proposal, number: number): Trial {
  const candidate = state.candidateOf(proposal.depth, proposal.decisions);
  return {
    number,
    state: 'proposed',
    replica: proposal.lane,
    depth: proposal.depth,
    decisions: proposal.decisions.map((decision) =>
      typeof decision === 'number' ? decision : [...decision],
    ),
    logProbabilities: [...(proposal.logProbabilities ?? [])],
    architectureHash: candidate.hash,
    parameters: candidate.parameters,
    multiplyAdds: candidate.multiplyAdds,
    reward: null,
    measure: null,
    failure: null,
    reusedFrom: null,
    retries: 0,
    batchSize: null,
    endedBy: null,
    startedAt: null,
    endedAt: null,
  };
}

/**
 * Lets the strategy learn from a batch whose trials have all ended, and stores the update and the resulting state in
 * one transaction.
 * @param trials in the order of their proposals, regardless of the order in which they ended
 */
function learnBatch(state: SearchState, batch: Batch, trials: readonly Trial[]): void {
  const { strategy, run } = state;
  const results = trials.map((trial) => ({
    proposal: { lane: trial.replica, depth: trial.depth, decisions: trial.decisions },
    reward: trial.reward ?? 0,
  }));
  const { number, meanReward, diagnostics, probabilities } = strategy.tell(results);
  const update: ControllerUpdate = {
    number,
    replica: batch.replica,
    trials: trials.map((trial) => trial.number),
    meanReward,
    diagnostics,
  };
  const checkpoint = checkpointController(state);
  const at = state.clock();
  record(state, { type: 'controllerUpdated', update, at }, () => {
    markLearned(run.database, batch.number);
    insertUpdate(run.database, update, batch.number, at);
    if (probabilities.length > 0) insertProbabilities(run.database, number, probabilities);
    commitController(state, checkpoint);
  });
  state.stopping.changed();
  pruneCheckpoints(run.folder, checkpoint);
}
