import { createHash } from 'node:crypto';
import { dataKinds, type DatasetDescription } from '../../../../src-shared/tasks/data-kinds';

/**
 * Sum over what a child sees of a data set: with its fingerprint it says that two copies, on two machines and read there, are the same
 * to a child. Where the files lie and in what they came is no part of it.
 */
export function contentOf(description: DatasetDescription): string {
  const content = [description.fingerprint, ...dataKinds.of(description.kind).content(description)];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
