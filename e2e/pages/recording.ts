import { join } from 'node:path';
import type { Reply, Request, RequestName } from '../../src-shared/ipc/contract';
import { root } from '../studio';

/** Recorded replies of the program: for each request by name, its arguments and its reply. */
export type Recording = {
  readonly [N in RequestName]?: readonly (readonly [request: Request<N>, reply: Reply<N>])[];
};

/** Written by record.setup.ts, read by the tests of the pages. */
export const recordingFile = join(root, 'test-results', 'recording.json');

/** The run of the recording: enough children for the table to scroll, failures, and networks that have grown. */
export const recordedRun = { name: 'Recorded', children: 240, epochs: 12 } as const;

/** The training of one network by an earlier release, which is opened as the run of one child. */
export const oldTraining = join(root, 'src-main', 'runs', 'fixtures', 'trainings', 'network');
