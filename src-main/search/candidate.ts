import type { ImageTask } from '../../src-shared/architecture/conv-architecture';
import { decodeConv } from '../../src-shared/architecture/decode-conv';
import { describeConv } from '../../src-shared/architecture/describe-conv';
import { hashConv } from '../../src-shared/architecture/hash-conv';
import type { ConvSpaceConfig, SearchConfig } from '../../src-shared/config/search-config';
import type { DatasetDescription } from '../../src-shared/dataset/description';
import { CellsmithError } from '../../src-shared/errors';
import type { Decision } from '../../src-shared/space/search-space';
import type { Candidate } from './search-state';

/** What a network of a search sees and answers: pictures brought to the recipe's side, in red, green and blue. */
export function imageTask(config: SearchConfig, description: DatasetDescription): ImageTask {
  if (description.kind !== 'images') {
    throw new CellsmithError(
      'config.invalid',
      'A search for convolutional networks needs pictures: name them with --data.',
    );
  }
  const { side } = config.recipe;
  return { height: side, width: side, channels: 3, classes: description.classes.length };
}

/** The network that decisions mean, with its name and its costs on the task. */
export function convCandidate(
  space: ConvSpaceConfig,
  task: ImageTask,
  depth: number,
  decisions: readonly Decision[],
): Candidate {
  const architecture = decodeConv(space, depth, decisions);
  const { parameters, multiplyAdds } = describeConv(architecture, task);
  return { architecture, hash: hashConv(architecture), parameters, multiplyAdds };
}
