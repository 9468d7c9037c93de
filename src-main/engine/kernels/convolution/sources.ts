import convAttributes from './conv-attributes.cc?raw';
import convAttributesHeader from './conv-attributes.h?raw';
import convMicrokernel from './conv-microkernel.cc?raw';
import convMicrokernelHeader from './conv-microkernel.h?raw';
import convolution from './convolution.cc?raw';
import convolutionOp from './convolution-op.cc?raw';
import filterGradient from './filter-gradient.cc?raw';
import filterGradientOp from './filter-gradient-op.cc?raw';
import filterMicrokernel from './filter-microkernel.cc?raw';
import filterMicrokernelHeader from './filter-microkernel.h?raw';
import transpose from './transpose.cc?raw';
import transposeHeader from './transpose.h?raw';
import winograd from './winograd.cc?raw';
import winogradHeader from './winograd.h?raw';

/** The kernels of convolutions and their gradients, by file name. */
export const convolutionSources: Readonly<Record<string, string>> = {
  'conv-attributes.cc': convAttributes,
  'conv-attributes.h': convAttributesHeader,
  'conv-microkernel.cc': convMicrokernel,
  'conv-microkernel.h': convMicrokernelHeader,
  'convolution.cc': convolution,
  'convolution-op.cc': convolutionOp,
  'filter-gradient.cc': filterGradient,
  'filter-gradient-op.cc': filterGradientOp,
  'filter-microkernel.cc': filterMicrokernel,
  'filter-microkernel.h': filterMicrokernelHeader,
  'transpose.cc': transpose,
  'transpose.h': transposeHeader,
  'winograd.cc': winograd,
  'winograd.h': winogradHeader,
};
