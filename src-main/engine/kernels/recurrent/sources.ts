import recurrent from './recurrent.cc?raw';
import recurrentHeader from './recurrent.h?raw';
import recurrentOp from './recurrent-op.cc?raw';
import simdKernelsAvx2 from './simd-kernels-avx2.cc?raw';
import simdKernelsAvx512 from './simd-kernels-avx512.cc?raw';
import simdKernelsHeader from './simd-kernels.h?raw';
import simdKernels from './simd-kernels-impl.h?raw';
import simdMath from './simd-math-impl.h?raw';
import softmaxLoss from './softmax-loss.cc?raw';
import softmaxLossHeader from './softmax-loss.h?raw';
import softmaxLossOp from './softmax-loss-op.cc?raw';

/** The kernels of recurrent layers and of the softmax loss, by file name. */
export const recurrentSources: Readonly<Record<string, string>> = {
  'recurrent.cc': recurrent,
  'recurrent.h': recurrentHeader,
  'recurrent-op.cc': recurrentOp,
  'simd-kernels-avx2.cc': simdKernelsAvx2,
  'simd-kernels-avx512.cc': simdKernelsAvx512,
  'simd-kernels.h': simdKernelsHeader,
  'simd-kernels-impl.h': simdKernels,
  'simd-math-impl.h': simdMath,
  'softmax-loss.cc': softmaxLoss,
  'softmax-loss.h': softmaxLossHeader,
  'softmax-loss-op.cc': softmaxLossOp,
};
