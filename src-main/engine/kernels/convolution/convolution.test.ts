import { testConvolutions } from '../../../testing/convolution-tests';

testConvolutions();
