import { testConvolutions } from '../../../testing/convolution-tests';

// The AVX2 kernels. The library reads it once, when the first of these tests runs a kernel.
process.env['ONEDNN_MAX_CPU_ISA'] = 'AVX2';

testConvolutions();
