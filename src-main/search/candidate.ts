import type { ConvArchitecture, ImageTask } from '../../src-shared/architecture/conv/conv-architecture';
import { decodeConv } from '../../src-shared/architecture/conv/decode-conv';
import { describeConv } from '../../src-shared/architecture/conv/describe-conv';
import { hashCell } from '../../src-shared/architecture/cell/hash-cell';
import { hashConv } from '../../src-shared/architecture/conv/canonical/hash-conv';
import type { LanguageArchitecture } from '../../src-shared/architecture/cell/language-model';
import {
  countLanguageParameters,
  languageArchitecture,
  languageMultiplyAdds,
} from '../../src-shared/architecture/cell/language-model-size';
import { imageTask } from '../../src-shared/tasks/conv/image-task';
import { vocabularyOf } from '../../src-shared/tasks/text/vocabulary-of';
import {
  isImageSearch,
  type ImageSearchConfig,
  type SearchConfig,
  type TextSearchConfig,
} from '../../src-shared/config/search-config';
import type { DatasetDescription } from '../../src-shared/tasks/data-kinds';
import { decodeCell } from '../../src-shared/space/cell-space';
import type { Decision } from '../../src-shared/space/search-space';
import type { Candidate } from './search-state';

/** Decoded decisions on a data set: a network with its input shape, or the language model of a cell. */
export type Proposed =
  | { readonly kind: 'conv'; readonly architecture: ConvArchitecture; readonly task: ImageTask }
  | { readonly kind: 'cell'; readonly architecture: LanguageArchitecture };

export function proposedBy(
  config: SearchConfig,
  description: DatasetDescription,
  depth: number,
  decisions: readonly Decision[],
): Proposed {
  if (isImageSearch(config))
    return {
      kind: 'conv',
      architecture: decodeConv(config.space, depth, decisions),
      task: imageTask(config, description),
    };
  const cell = decodeCell(config.space, decisions);
  return { kind: 'cell', architecture: languageArchitecture(cell, config.recipe, vocabularyOf(description)) };
}

/** How a search makes candidates of decisions. @throws config.invalid when the data do not suit it */
export function candidates(
  config: SearchConfig,
  description: DatasetDescription,
): (depth: number, decisions: readonly Decision[]) => Candidate {
  if (isImageSearch(config)) {
    const task = imageTask(config, description);
    return (depth, decisions) => convCandidate(config, task, depth, decisions);
  }
  const vocabulary = vocabularyOf(description);
  return (_depth, decisions) => cellCandidate(config, vocabulary, decisions);
}

/** The network that decisions mean, with its name and its costs on the task. */
function convCandidate(
  { space, recipe }: ImageSearchConfig,
  task: ImageTask,
  depth: number,
  decisions: readonly Decision[],
): Candidate {
  const architecture = decodeConv(space, depth, decisions);
  const { parameters, multiplyAdds } = describeConv(architecture, task);
  const child = { kind: 'images', architecture, recipe } as const;
  return { child, hash: hashConv(architecture), parameters, multiplyAdds };
}

function cellCandidate(
  { space, recipe }: TextSearchConfig,
  vocabulary: number,
  decisions: readonly Decision[],
): Candidate {
  const cell = decodeCell(space, decisions);
  const architecture = languageArchitecture(cell, recipe, vocabulary);
  return {
    child: { kind: 'text', cell, recipe },
    hash: hashCell(cell),
    parameters: countLanguageParameters(architecture),
    multiplyAdds: languageMultiplyAdds(architecture),
  };
}
