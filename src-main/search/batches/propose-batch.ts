import { mostTrials, type Trial } from '../../../src-shared/run/trial';
import { proposeUpTo, type Proposal } from '../../strategy/strategy';
import { pruneCheckpoints } from '../../runs/checkpoint';
import { storeEvent } from '../../runs/tables/events';
import { countBatches, insertBatch, type Batch } from '../../runs/tables/batches';
import { countProposals, insertTrial } from '../../runs/tables/trials';
import { checkpointController, commitController } from './checkpoint-controller';
import { isEnding, type SearchState } from '../search-state';

/**
 * Asks a lane of the strategy for its next batch and stores it, with the state after proposing, in one transaction.
 * @returns undefined when the strategy has no more, the budget's children or the most that a run can have are proposed, or the search is ending
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
