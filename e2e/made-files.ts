import { decodeConv } from '../src-shared/tasks/conv/decode-conv';
import type { RecurrentCell } from '../src-shared/architecture/cell/recurrent-cell';
import {
  architectureFormat,
  architectureVersion,
  type ArchitectureFile,
  countsOf,
} from '../src-shared/architecture-file/architecture-file';
import { presets } from '../src-shared/config/presets';
import { Generator } from '../src-shared/random';
import { convSpace } from '../src-shared/tasks/conv/conv-space';
import { drawDecisions } from '../src-shared/testing/conv-samples';

const head = { format: architectureFormat, version: architectureVersion, origin: null } as const;

/** A cell in a language model of medium size, as the file of it. */
export function cellFile(architecture: RecurrentCell): ArchitectureFile {
  const cell = {
    kind: 'cell',
    architecture,
    task: { level: 'word', vocabulary: 10_000, layers: 2, hidden: 740, sharedEmbeddings: false },
  } as const;
  return { ...head, ...cell, ...countsOf(cell) };
}

/** A network of 39 layers, drawn at random from the third space of the paper, as the file of it. */
export function deepNetworkFile(): ArchitectureFile {
  const draws = Generator.seeded(3, 'deep network');
  const { space } = presets.v3.config;
  const decisions = drawDecisions(convSpace(space), 13, (bound) => Math.floor(bound * draws.uniform()));
  const network = {
    kind: 'conv',
    architecture: decodeConv(space, 13, decisions),
    task: { height: 32, width: 32, channels: 3, classes: 10 },
  } as const;
  const { parameters, multiplyAdds } = countsOf(network);
  return { ...head, ...network, parameters, multiplyAdds };
}
