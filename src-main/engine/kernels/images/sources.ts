import batchNorm from './batch-norm.cc?raw';
import batchNormOp from './batch-norm-op.cc?raw';
import channelSums from './channel-sums.cc?raw';
import channelSumsOp from './channel-sums-op.cc?raw';

/** The other kernels of convolutional networks, by file name. */
export const imageSources: Readonly<Record<string, string>> = {
  'batch-norm.cc': batchNorm,
  'batch-norm-op.cc': batchNormOp,
  'channel-sums.cc': channelSums,
  'channel-sums-op.cc': channelSumsOp,
};
