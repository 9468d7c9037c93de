import type { DatasetProgress } from '../../../src-shared/dataset/progress';
import type { ProvisioningProgress } from '../../engine/provision/progress';
import { bytes } from '../../../src-shared/format';

/** What the stages of reading a data set are called. */
export const datasetStages: Readonly<Record<DatasetProgress['stage'], string>> = {
  listing: 'Listing the files of the data set',
  reading: 'Reading the data set',
  arranging: 'Writing the decoded copy',
  checking: 'Checking the decoded copy',
};

/** What a stage of installing the engine is called. @param total its bytes, 0 where it has none */
export function engineStage(stage: ProvisioningProgress['stage'], total: number): string {
  const words: Readonly<Record<ProvisioningProgress['stage'], string>> = {
    checking: 'Checking the training engine',
    waiting: 'Waiting for another process to install the training engine',
    downloading: 'Downloading the training engine',
    extracting: 'Unpacking the training engine',
    compiling: 'Compiling the binding of the training engine',
    verifying: 'Verifying the training engine',
  };
  return total > 0 ? `${words[stage]} (${bytes(total)})` : words[stage];
}
