import type { ImageTask } from '../../src-shared/architecture/conv-architecture';
import { decodeConv } from '../../src-shared/architecture/decode-conv';
import { describeConv } from '../../src-shared/architecture/describe-conv';
import { hashConv } from '../../src-shared/architecture/hash-conv';
import type { ConvSpaceConfig } from '../../src-shared/config/search-config';
import type { Decision } from '../../src-shared/space/search-space';
import type { Candidate } from './search-state';

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
