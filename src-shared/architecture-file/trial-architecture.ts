import { decodeConv } from '../architecture/decode-conv';
import { imageTask } from '../config/image-task';
import type { SearchConfig } from '../config/search-config';
import type { DatasetDescription } from '../dataset/description';
import type { Trial } from '../run/trial';
import { convSpace } from '../space/conv-space';
import { architectureFormat, architectureVersion, type ArchitectureFile } from './architecture-file';
import { countsOf } from './parse-architecture-file';
import { tokensOf } from './token';

/** What a run must say for the architectures of its children to be told. */
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
  const network = {
    kind: 'conv',
    architecture: decodeConv(config.space, trial.depth, trial.decisions),
    task: imageTask(config, dataset),
  } as const;
  const { parameters, multiplyAdds } = countsOf(network);
  return {
    format: architectureFormat,
    version: architectureVersion,
    ...network,
    parameters,
    multiplyAdds,
    origin: {
      run: { id, name: config.name },
      trial: trial.number,
      state: trial.state,
      hash: trial.architectureHash,
      tokens: tokensOf(convSpace(config.space), trial.depth, trial.decisions, trial.logProbabilities),
      reward: trial.reward,
      validation:
        trial.validationAccuracy === null ? null : { measure: 'accuracy', value: trial.validationAccuracy },
      trainedFor: startedAt === null || endedAt === null ? null : endedAt - startedAt,
    },
  };
}
