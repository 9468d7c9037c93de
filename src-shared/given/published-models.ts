import { languageArchitecture } from '../architecture/cell/language-model';
import {
  architectureFormat,
  architectureVersion,
  countsOf,
  type ArchitectureFile,
  type FileModel,
} from '../architecture-file/architecture-file';
import { readyModelNames, readyModels, type ReadyModelName } from '../zoo/ready-models';
import { zooNetworkNames, zooNetworks, type ZooNetworkName } from '../zoo/zoo';
import { subjectOfReady, subjectOfZoo, type Subject } from './subject';

/** A model that others have published, whatever its task, as the window lists and trains it. */
export interface PublishedModel {
  /** That `cellsmith train` takes. */
  readonly name: string;
  readonly title: string;
  /** Where it comes from, and what is not as published. */
  readonly note: string;
  /** What it reached on the test split of the data below; null where that is not published. */
  readonly published: number | null;
  /** Its architecture at the size for these data. */
  readonly file: ArchitectureFile;
  readonly subject: Subject;
}

/** What published figures were measured on: the data, and how a table shows the figures. */
interface PublishedOn {
  readonly data: string;
  readonly head: string;
  readonly decimals: number;
}

/** By task. */
export const publishedOn: Readonly<Record<ArchitectureFile['kind'], PublishedOn>> = {
  conv: { data: 'CIFAR-10', head: 'Test error, %', decimals: 2 },
  cell: { data: 'Penn Treebank', head: 'Test perplexity', decimals: 1 },
};
const [cifarClasses, treebankVocabulary] = [10, 10_000];

function fileOf(model: FileModel): ArchitectureFile {
  const head = { format: architectureFormat, version: architectureVersion, origin: null } as const;
  return { ...head, ...model, ...countsOf(model) };
}

function ofZoo(name: ZooNetworkName): PublishedModel {
  const { architecture, recipe, title, note, published } = zooNetworks[name];
  const task = { height: recipe.side, width: recipe.side, channels: 3, classes: cifarClasses };
  const file = fileOf({ kind: 'conv', architecture, task });
  return { name, title, note, published, file, subject: subjectOfZoo(name) };
}

function ofReady(name: ReadyModelName): PublishedModel {
  const { cell, recipe, title, note, published } = readyModels[name];
  const size = languageArchitecture(cell, recipe, treebankVocabulary);
  const { layers, hidden, vocabulary, sharedEmbeddings } = size;
  const task = { level: recipe.level, vocabulary, layers, hidden, sharedEmbeddings };
  const file = fileOf({ kind: 'cell', architecture: cell, task });
  return { name, title, note, published, file, subject: subjectOfReady(name) };
}

/** All published models: networks, then cells, each in the order of their lists. */
export function publishedModels(): PublishedModel[] {
  return [...zooNetworkNames.map(ofZoo), ...readyModelNames.map(ofReady)];
}

/** @returns undefined where there is none of this name */
export function publishedModel(name: string): PublishedModel | undefined {
  const zoo = zooNetworkNames.find((known) => known === name);
  if (zoo !== undefined) return ofZoo(zoo);
  const ready = readyModelNames.find((known) => known === name);
  return ready === undefined ? undefined : ofReady(ready);
}
