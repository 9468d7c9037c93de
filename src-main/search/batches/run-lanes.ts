import type { Trial } from '../../../src-shared/run/trial';
import type { Batch } from '../../runs/tables/batches';
import { readBatchTrials } from '../../runs/tables/trials';
import { learnBatch } from './learn-batch';
import { proposeBatch } from './propose-batch';
import type { SearchState } from '../search-state';
import { settleTrial } from '../trials/settle-trial';

/** Lanes at work: those of the strategy, or one for each trainer, and one while there is none yet. */
export function laneCount({ strategy, pool }: Pick<SearchState, 'strategy' | 'pool'>): number {
  const { lanes } = strategy.pace;
  return lanes === 'trainers' ? Math.max(1, pool.size) : lanes;
}

/**
 * One lane of an asynchronous search: the strategy receives the rewards as soon as the lane's own children have ended. Ends early, with its batch
 * open, when a trial of it has no reward; ends too when there are fewer trainers than lanes.
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
 * A search in step: in each round all lanes propose, all children are trained, then the lanes receive their rewards in order. What it
 * does depends on the rewards alone, not on which child ends first.
 * @param open the batches of the round that the search was ended in
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
 * The batches of a round that was begun. Lanes propose and receive rewards in order, so while the first one's batch is open none has received any, and
 * those after the last that has proposed may still be to propose; once it is not, all have proposed.
 */
function restOfRound(state: SearchState, open: readonly Batch[]): Batch[] {
  const [first] = open;
  if (first !== undefined && first.replica > 0) return [...open];
  const next = (open.at(-1)?.replica ?? -1) + 1;
  return [...open, ...proposeFrom(state, next)];
}

/** Proposals of the lanes from `first` on, as far as the budget goes. */
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
 * Has all trials of batches brought to their ends. A failed one may be set to be trained again while others are in training.
 * @returns those of each batch; undefined when one was left without a reward
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
