import recurrent from './recurrent.cc?raw';
import recurrentHeader from './recurrent.h?raw';
import recurrentOp from './recurrent-op.cc?raw';
import softmaxLoss from './softmax-loss.cc?raw';
import softmaxLossHeader from './softmax-loss.h?raw';
import softmaxLossOp from './softmax-loss-op.cc?raw';
import vectorLoops16 from './vector-loops-16.cc?raw';
import vectorLoops8 from './vector-loops-8.cc?raw';
import vectorLoopsHeader from './vector-loops.h?raw';
import vectorLoops from './vector-loops-text.h?raw';
import vectorMath from './vector-math-text.h?raw';

/** The kernels of recurrent layers and of the softmax loss, by file name. */
export const recurrentSources: Readonly<Record<string, string>> = {
  'recurrent.cc': recurrent,
  'recurrent.h': recurrentHeader,
  'recurrent-op.cc': recurrentOp,
  'softmax-loss.cc': softmaxLoss,
  'softmax-loss.h': softmaxLossHeader,
  'softmax-loss-op.cc': softmaxLossOp,
  'vector-loops-16.cc': vectorLoops16,
  'vector-loops-8.cc': vectorLoops8,
  'vector-loops.h': vectorLoopsHeader,
  'vector-loops-text.h': vectorLoops,
  'vector-math-text.h': vectorMath,
};
