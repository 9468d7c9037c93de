import { dataKinds, type DatasetDescription } from '../tasks/data-kinds';
import { decodeConv } from '../architecture/conv/decode-conv';
import { languageArchitecture } from '../architecture/cell/language-model-size';
import { imageTask } from '../tasks/conv/image-task';
import { isImageSearch, type SearchConfig } from '../config/search-config';
import { vocabularyOf } from '../tasks/text/vocabulary-of';
import type { Trial } from '../run/trial';
import { decodeCell } from '../space/cell-space';
import { spaceOf } from '../space/space-of';
import { architectureFormat, architectureVersion, type ArchitectureFile } from './architecture-file';
import { countsOf } from './parse-architecture-file';
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
  const network = networkOf(config, dataset, trial);
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

/** What the decisions mean, and what it is for. */
function networkOf(
  config: SearchConfig,
  dataset: DatasetDescription,
  { depth, decisions }: Trial,
):
  | Pick<Extract<ArchitectureFile, { kind: 'conv' }>, 'kind' | 'architecture' | 'task'>
  | Pick<Extract<ArchitectureFile, { kind: 'cell' }>, 'kind' | 'architecture' | 'task'> {
  if (isImageSearch(config)) {
    const architecture = decodeConv(config.space, depth, decisions);
    return { kind: 'conv', architecture, task: imageTask(config, dataset) };
  }
  const cell = decodeCell(config.space, decisions);
  const { layers, hidden, vocabulary, sharedEmbeddings } = languageArchitecture(
    cell,
    config.recipe,
    vocabularyOf(dataset),
  );
  const { level } = config.recipe;
  return { kind: 'cell', architecture: cell, task: { level, vocabulary, layers, hidden, sharedEmbeddings } };
}
