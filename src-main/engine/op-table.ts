import type { Op } from './op';
import { activationOps } from './ops/activation';
import { arithmeticOps } from './ops/arithmetic';
import { broadcastOps } from './ops/broadcast';
import { convolutionTable } from './ops/convolution';
import { gatherOps } from './ops/gather';
import { layoutOps } from './ops/layout';
import { logicOps } from './ops/logic';
import { matrixOps } from './ops/matrix';
import { normalizationOps } from './ops/normalization';
import { poolingOps } from './ops/pooling';
import { randomOps } from './ops/random';
import { recurrentOps } from './ops/recurrent';
import { reductionOps } from './ops/reduction';
import { softmaxLossOps } from './ops/softmax-loss';
import { sourceOps } from './ops/source';
import { updateOps } from './optimizers';
import { variableOps } from './variables';

/** Every op that graphs are built of, by TensorFlow's name. */
export const opTable: ReadonlyMap<string, Op> = new Map(
  [
    ...sourceOps,
    ...broadcastOps,
    ...arithmeticOps,
    ...logicOps,
    ...reductionOps,
    ...activationOps,
    ...softmaxLossOps,
    ...matrixOps,
    ...recurrentOps,
    ...convolutionTable,
    ...poolingOps,
    ...normalizationOps,
    ...layoutOps,
    ...gatherOps,
    ...randomOps,
    ...variableOps,
    ...updateOps,
  ].map((op: Op) => [op.name, op]),
);
