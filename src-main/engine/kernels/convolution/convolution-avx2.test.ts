import { testConvolutions } from '../../../testing/convolution-tests';

// Read when the kernels are first asked for, which is when the first of these tests runs: the loops for processors without AVX-512.
process.env['ONEDNN_MAX_CPU_ISA'] = 'AVX2';

testConvolutions();
