import type { ImageDatasetDescription } from '../../../src-shared/dataset/image-description';
import { describeDataset } from '../../datasets/prepare';

/** `describeDataset` where images are known to lie. */
export async function describeImages(
  ...[path, options]: Parameters<typeof describeDataset>
): Promise<ImageDatasetDescription> {
  const description = await describeDataset(path, options);
  if (description.kind !== 'images') throw new Error(`${path} is a ${description.kind}`);
  return description;
}
