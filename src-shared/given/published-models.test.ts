import { expect, it } from 'vitest';
import { architectureFileText, parseArchitectureFile } from '../architecture-file/architecture-file';
import { publishedModel, publishedModels } from './published-models';

it('has the published numbers of parameters', () => {
  expect(publishedModel('resnet-20')?.file.parameters).toBe(269_722);
  expect(publishedModel('densenet-10-4')?.file.parameters).toBe(8_562);
  const millions = (name: string): number => Math.round((publishedModel(name)?.file.parameters ?? 0) / 1e6);
  expect(['lstm-medium', 'lstm-large', 'nascell', 'nascell-shared-large'].map(millions)).toEqual([
    20, 66, 32, 54,
  ]);
});

it('gives files that are read back as they are, and subjects of the same architecture', () => {
  const models = publishedModels();
  expect(new Set(models.map(({ name }) => name)).size).toBe(models.length);
  for (const { name, file, subject } of models) {
    expect(publishedModel(name)?.file).toEqual(file);
    expect(parseArchitectureFile(architectureFileText(file), name)).toEqual(file);
    expect(subject.architecture).toEqual(file.architecture);
  }
});

it('knows none of another name', () => {
  expect(publishedModel('toString')).toBeUndefined();
});
