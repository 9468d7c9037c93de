import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import {
  architectureFormat,
  architectureVersion,
  type ArchitectureFile,
  architectureFileText,
  countsOf,
} from '../../src-shared/architecture-file/architecture-file';
import {
  countLanguageParameters,
  languageArchitecture,
} from '../../src-shared/architecture/cell/language-model';
import type { ImageRecipe } from '../../src-shared/tasks/images/image-recipe';
import { type DatasetDescription, type Recipe, requireTrainable } from '../../src-shared/tasks/data-kinds';
import { vocabularyOf } from '../../src-shared/tasks/text/vocabulary-of';
import { CellsmithError } from '../../src-shared/errors';
import type { Subject } from '../../src-shared/given/subject';
import type { PreparedData } from '../datasets/open';
import type { EngineInstallation } from '../engine/provision/installation';
import { makeRunFolder, requireRunsFolder } from '../runs/locations';
import { notWritable, writeAtomically } from '../runs/files/write-atomically';
import { dataNeed, softwareOf, type Preparing } from '../search/prepare-search';
import type { Child } from '../../src-shared/tasks/tasks';
import {
  readTrainingRecord,
  trainingFiles,
  writeTrainingRecord,
  type TrainingRecord,
} from './training-record';

/** What to train, on what, and where to leave it. */
export interface TrainingOrder {
  readonly subject: Subject;
  readonly recipe: Recipe;
  readonly seed: number;
  /** Folder, archive or file of the data set. */
  readonly data: string;
  /** Whether to train without images that cannot be decoded. */
  readonly skipUnreadable: boolean;
  /** The folder to make, or the one to make it in under a name of its own; absolute. */
  readonly place: { readonly folder: string } | { readonly within: string };
}

/** Who prepares what a training needs; the engine always, since it trains here. */
export interface TrainingParts extends Omit<Preparing, 'engine'> {
  readonly engine: () => Promise<EngineInstallation>;
}

/** A training whose folder is there. */
export interface ReadyTraining {
  /** Absolute. */
  readonly folder: string;
  readonly record: TrainingRecord;
  readonly data: PreparedData;
}

/**
 * Prepares the data and the engine, then makes the folder of a training. What can go wrong goes wrong before there is one.
 * @throws CellsmithError config.invalid when the data do not suit the architecture; architecture.invalid, data.*, engine.*,
 *   run.not-writable, output.exists, cancelled
 */
export async function prepareTraining(
  order: TrainingOrder,
  { prepare, reading, engine, version }: TrainingParts,
): Promise<ReadyTraining> {
  const { subject, recipe, seed, skipUnreadable, data: location, place } = order;
  if ('within' in place) requireRunsFolder(place.within);
  else requireUnused(place.folder);
  const child = childOf(subject, recipe);
  const data = await prepare(dataNeed({ recipe }, skipUnreadable ? 'skip' : 'refuse'), location, reading);
  const { description } = data;
  const model = modelOf(child, description, subject.origin);
  requireTrainable(recipe, description);
  const software = softwareOf(version, await engine());
  const folder = makeFolder(place, subject.name);
  const record: TrainingRecord = {
    format: 'cellsmith-training',
    version: 1,
    name: subject.name,
    createdAt: Date.now(),
    child,
    hidden: model.hidden,
    parameters: model.parameters,
    seed,
    data: { location, fingerprint: description.fingerprint, skipUnreadable },
    software,
    outcome: null,
    message: null,
    epochs: [],
    averaged: null,
    test: null,
  };
  try {
    if (model.file !== null)
      writeAtomically(trainingFiles(folder).architecture, architectureFileText(model.file));
    writeTrainingRecord(folder, record);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return { folder, record, data };
}

/**
 * Opens a training to go on with it, or to have it measured.
 * @param folder absolute
 * @param location where the data are now; undefined where they were
 * @throws CellsmithError run.not-found, run.damaged, run.newer-version; data.changed when the data are others; data.*, engine.*, cancelled
 */
export async function reopenTraining(
  folder: string,
  location: string | undefined,
  { prepare, reading, engine, version }: TrainingParts,
): Promise<ReadyTraining> {
  const record = readTrainingRecord(folder);
  const { fingerprint, skipUnreadable, location: before } = record.data;
  const path = location ?? before;
  const { recipe } = record.child;
  const data = await prepare(dataNeed({ recipe }, skipUnreadable ? 'skip' : 'refuse'), path, reading);
  if (data.description.fingerprint !== fingerprint)
    throw new CellsmithError(
      'data.changed',
      `${path} does not hold the data that this training was begun with: name those with --data, or begin a new one.`,
    );
  const software = softwareOf(version, await engine());
  return { folder, record: { ...record, data: { ...record.data, location: path }, software }, data };
}

function childOf({ architecture }: Subject, recipe: Recipe): Child {
  if (architecture.kind === 'conv' && recipe.kind === 'images')
    return { kind: 'images', architecture, recipe };
  if (architecture.kind !== 'conv' && recipe.kind === 'text')
    return { kind: 'text', cell: architecture, recipe };
  throw new CellsmithError('internal', `A recipe for ${recipe.kind} cannot train ${architecture.kind}.`);
}

/** What a child comes to on its data. There is no file of the ready cells, which are no trees. */
interface Model {
  readonly parameters: number;
  readonly hidden: number | null;
  readonly file: ArchitectureFile | null;
}

/** @throws config.invalid when the data are not for such a child */
function modelOf(child: Child, description: DatasetDescription, origin: ArchitectureFile['origin']): Model {
  const head = { format: architectureFormat, version: architectureVersion, origin } as const;
  if (child.kind === 'images') {
    const { architecture, recipe } = child;
    const network = { kind: 'conv', architecture, task: taskOn(description, recipe) } as const;
    const { parameters, multiplyAdds } = countsOf(network);
    return { parameters, hidden: null, file: { ...head, ...network, parameters, multiplyAdds } };
  }
  const { cell, recipe } = child;
  const model = languageArchitecture(cell, recipe, vocabularyOf(description));
  const { layers, hidden, vocabulary, sharedEmbeddings } = model;
  const parameters = countLanguageParameters(model);
  if (cell.kind !== 'cell') return { parameters, hidden, file: null };
  const task = { level: recipe.level, vocabulary, layers, hidden, sharedEmbeddings };
  const network = { kind: 'cell', architecture: cell, task } as const;
  return { parameters, hidden, file: { ...head, ...network, ...countsOf(network) } };
}

function taskOn(description: DatasetDescription, { side }: ImageRecipe) {
  if (description.kind === 'images')
    return { height: side, width: side, channels: 3, classes: description.classes.length };
  throw new CellsmithError(
    'config.invalid',
    'A convolutional network is trained on images: name them with --data.',
  );
}

/** @throws output.exists when something is there already */
function requireUnused(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new CellsmithError('output.exists', `${folder} is not empty: name a new folder.`);
}

function makeFolder(place: TrainingOrder['place'], name: string): string {
  if ('within' in place) return makeRunFolder(place.within, name, new Date());
  try {
    mkdirSync(place.folder, { recursive: true });
    return place.folder;
  } catch (error) {
    throw notWritable(place.folder, error);
  }
}
