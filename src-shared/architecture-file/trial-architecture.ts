import type { SearchConfig } from '../config/search-config';
import type { Trial } from '../run/trial';
import { spaceOf, modelMaker } from '../tasks/searched';
import { dataKinds, type DatasetDescription } from '../tasks/data-kinds';
import {
  architectureFormat,
  architectureVersion,
  type ArchitectureFile,
  type FileModel,
  countsOf,
} from './architecture-file';
import { tokensOf } from './token';

/** What makes the architectures of a run's children known. */
export interface RunOfTrial {
  readonly id: string;
  readonly config: SearchConfig;
  readonly dataset: DatasetDescription;
}

/**
 * The architecture of a child, with all that a file of it says.
 * @throws {CellsmithError} 'architecture.invalid' when its decisions are none of the run's space, 'config.invalid' when data and
 *   configuration do not go together
 */
export function architectureOfTrial({ id, config, dataset }: RunOfTrial, trial: Trial): ArchitectureFile {
  const { startedAt, endedAt } = trial;
  // Models of a task are among those that files hold.
  const model = modelMaker(config, dataset)(trial.depth, trial.decisions) as FileModel;
  const { parameters, multiplyAdds } = countsOf(model);
  return {
    format: architectureFormat,
    version: architectureVersion,
    ...model,
    parameters,
    multiplyAdds,
    origin: {
      run: { id, name: config.name },
      trial: trial.number,
      state: trial.state,
      hash: trial.architectureHash,
      tokens: tokensOf(spaceOf(config.space), trial.depth, trial.decisions, trial.logProbabilities),
      reward: trial.reward,
      validation:
        trial.measure === null
          ? null
          : { measure: dataKinds.of(config.recipe.kind).metrics[0].id, value: trial.measure },
      trainedFor: startedAt === null || endedAt === null ? null : endedAt - startedAt,
    },
  };
}
