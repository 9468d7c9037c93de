import {
  type ArchitectureFile,
  architectureOfTrial,
} from '../../src-shared/architecture-file/architecture-file';
import { CellsmithError } from '../../src-shared/errors';
import type { OpenRun } from '../runs/run-folder';
import { readTrial } from '../runs/tables/trials';

/** The architecture of a child of a run. @throws CellsmithError 'run.not-found' when it has no such trial */
export function readArchitecture(run: OpenRun, number: number): ArchitectureFile {
  const trial = readTrial(run.database, number);
  if (trial === undefined) throw new CellsmithError('run.not-found', `${run.folder} has no trial ${number}.`);
  const { id, config, dataset } = run.manifest;
  return architectureOfTrial({ id, config, dataset: dataset.description }, trial);
}
