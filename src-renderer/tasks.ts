import type { Component } from 'vue';
import type { ArchitectureFile } from '../src-shared/architecture-file/architecture-file';
import type { PresetName } from '../src-shared/config/presets';
import { countOf, wholeNumber } from '../src-shared/format';
import type { MetricId } from '../src-shared/run/metric';
import { cellSpace } from '../src-shared/tasks/cell/cell-space';
import { convDecisionPoints, depthAt } from '../src-shared/tasks/conv/conv-space';
import type { Decision, DecisionPoint } from '../src-shared/search-space';
import type { DatasetDescription, Recipe } from '../src-shared/tasks/data-kinds';
import { taskOfSpace, type SpaceConfig } from '../src-shared/tasks/searched';
import type { TaskSpaceConfig } from '../src-shared/tasks/tasks';
import CellView from './architecture/CellView.vue';
import NetworkView from './architecture/NetworkView.vue';
import type { Mark } from './charts/figure';
import ImageDataset from './components/dataset/ImageDataset.vue';
import TextDataset from './components/dataset/TextDataset.vue';
import { cellThumbnail, networkThumbnail, type Thumbnail } from './diagrams/thumbnails';
import type { ConvSpaceConfig } from '../src-shared/tasks/conv/conv-options';

/** How the window shows what a task searches for. */
interface TaskView<
  Space extends SpaceConfig = SpaceConfig,
  File extends ArchitectureFile = ArchitectureFile,
> {
  /** Diagram and lists of an architecture; its property: `file`. */
  readonly page: Component;
  thumbnail(architecture: File['architecture']): Thumbnail;
  /** What an architecture of a file is compared by. */
  measure(file: File): MetricId;
  /** Figures at the head of an architecture, after those that all have. */
  figures(file: File): readonly { readonly name: string; readonly value: string }[];
  /** When architectures grow, as a sentence; null where they never do. @param proposed children that were proposed so far */
  growthText(space: Space, proposed: number): string | null;
  /** Where along the children that were proposed architectures became larger. */
  growthMarks(space: Space, proposed: number): Mark[];
  /** The points at which decisions were made, in order. */
  decisionPoints(space: Space, depth: number, decisions: readonly Decision[]): Iterable<DecisionPoint>;
  /** What a point belongs to, 'Layer 3', and where its axis is among others: those of the whole architecture come last. */
  placeOf(point: DecisionPoint): { readonly place: string; readonly order: number };
}

/** How the window shows data of one kind. */
interface DataView<
  Description extends DatasetDescription = DatasetDescription,
  DataRecipe extends Recipe = Recipe,
> {
  /** All about a data set; its properties: `description`, and `examples` where there are any. */
  readonly page: Component;
  readonly hasExamples: boolean;
  /** The preset that a search on such data begins with. */
  readonly preset: PresetName;
  /** What trains on such data needs, as a sentence. */
  readonly wanted: string;
  /** Why a configuration for other data cannot search on these. */
  readonly unsuitable: string;
  /** '50,000 images, 10 classes'. */
  summary(description: Description): string;
  /** '50,000 training images of 10 classes'. */
  trainingText(description: Description): string;
  /** Images that cannot be read. */
  unreadable(description: Description): number;
  /** What a recipe wants that a data set does not have, by the path of the option. */
  problems(recipe: DataRecipe, description: Description): readonly (readonly [path: string, text: string])[];
  /** Number of the published table that was measured on these very data; null if there is none. */
  publishedTable(description: Description): number | null;
}

type Kind<Some extends { readonly kind: string }, Name> = Extract<Some, { readonly kind: Name }>;

const taskViews: {
  readonly [Name in TaskSpaceConfig['kind']]: TaskView<
    Kind<TaskSpaceConfig, Name>,
    Kind<ArchitectureFile, Name>
  >;
} = {
  conv: {
    thumbnail: networkThumbnail,
    page: NetworkView,
    measure: () => 'accuracy',
    figures: ({ architecture: { learningRate } }) =>
      learningRate === undefined ? [] : [{ name: 'Learning rate', value: String(learningRate) }],
    growthText: scheduleText,
    growthMarks: scheduleMarks,
    decisionPoints: convDecisionPoints,
    placeOf: ({ layer }) =>
      layer === 0 ? { place: 'Network', order: 1e6 } : { place: `Layer ${layer}`, order: layer },
  },
  cell: {
    thumbnail: cellThumbnail,
    page: CellView,
    measure: ({ task }) => (task.level === 'character' ? 'bitsPerCharacter' : 'perplexity'),
    figures: () => [],
    growthText: () => null,
    growthMarks: () => [],
    *decisionPoints(config, depth, decisions) {
      const space = cellSpace(config);
      for (let position = 0; position < decisions.length; position++) {
        const point = space.next(decisions.slice(0, position), depth);
        if (point === undefined) return;
        yield point;
      }
    },
    placeOf: ({ name, layer }) =>
      name === 'combination' || name === 'activation'
        ? { place: `Node ${layer}`, order: 2e6 + layer }
        : { place: 'Cell', order: 3e6 },
  },
};

/** Training images of CIFAR-10, and training tokens of Penn Treebank. */
const cifarImages = 50_000;
const treebankTokens = 929_589;

const dataViews: {
  readonly [Name in DatasetDescription['kind']]: DataView<Kind<DatasetDescription, Name>, Kind<Recipe, Name>>;
} = {
  images: {
    page: ImageDataset,
    hasExamples: true,
    preset: 'demo',
    wanted: 'A folder or archive of images.',
    unsuitable:
      'This configuration needs a text, and the data set is of images: choose a preset for networks.',
    summary: ({ splits, classes }) =>
      `${countOf(splits.train.count, 'image')}, ${countOf(classes.length, 'class', 'classes')}`,
    trainingText: ({ splits, classes }) =>
      `${countOf(splits.train.count, 'training image')} of ${classes.length} classes`,
    unreadable: ({ unreadable }) => unreadable.count,
    problems: ({ validation }, { splits }) =>
      validation < splits.train.count
        ? []
        : [
            [
              'recipe.validation',
              `Must be below the number of training images, ${wholeNumber(splits.train.count)}, but is ${wholeNumber(validation)}`,
            ],
          ],
    publishedTable: ({ form, splits }) =>
      form.startsWith('cifar10-') && splits.train.count === cifarImages ? 1 : null,
  },
  text: {
    page: TextDataset,
    hasExamples: false,
    preset: 'demo-cells',
    wanted: 'A folder, archive or file of text.',
    unsuitable: 'This configuration needs images, and the data set is a text: choose a preset for cells.',
    summary: ({ splits }) => countOf(splits.train.tokens, 'token'),
    trainingText: ({ splits }) => countOf(splits.train.tokens, 'training token'),
    unreadable: () => 0,
    problems: () => [],
    // As Mikolov left it.
    publishedTable: ({ form, splits }) =>
      form === 'ptb' && splits.train.tokens === treebankTokens ? 2 : null,
  },
};

/** @param kind of the file that is given to the functions of the view */
export function taskView(kind: ArchitectureFile['kind']): TaskView {
  return taskViews[kind];
}

/** A list of given children has one decision, and never grows. */
const listView: Pick<TaskView, 'growthText' | 'growthMarks' | 'decisionPoints' | 'placeOf'> = {
  growthText: () => null,
  growthMarks: () => [],
  decisionPoints: (space, depth) => {
    const point = taskOfSpace(space).decisions(space).next([], depth);
    return point === undefined ? [] : [point];
  },
  placeOf: () => ({ place: 'Given', order: 0 }),
};

/** The view of a space, which is given to its functions. */
export function viewOfSpace(space: SpaceConfig): TaskView {
  return space.kind === 'given' ? { ...taskView(space.task), ...listView } : taskView(space.kind);
}

/** @param kind of the description that is given to the functions of the view */
export function dataView(kind: DatasetDescription['kind']): DataView {
  return dataViews[kind];
}

/**
 * The layer schedule as a sentence: how large networks are now, and when they grow.
 * @param proposed children that were proposed so far
 */
export function scheduleText(space: ConvSpaceConfig, proposed: number): string {
  const { schedule, blockSize } = space;
  const now = depthAt(schedule, proposed);
  const size =
    blockSize > 1
      ? countOf(now, `block of ${blockSize} layers`, `blocks of ${blockSize} layers`)
      : countOf(now, 'layer');
  if (schedule.growBy === 0 || now >= schedule.maximumLayers)
    return `Networks have ${size} and no longer grow.`;
  const next = schedule.every * (Math.floor(proposed / schedule.every) + 1);
  return (
    `Networks have ${size}; from child ${wholeNumber(next + 1)} on ${depthAt(schedule, next)}, ` +
    `then ${schedule.growBy} more every ${schedule.every === 1 ? 'child' : countOf(schedule.every, 'child', 'children')} up to ${schedule.maximumLayers}.`
  );
}

/** Where along the children that were proposed the networks became larger: the first child of each size, and the size. */
export function scheduleMarks({ schedule, blockSize }: ConvSpaceConfig, proposed: number): Mark[] {
  const marks: Mark[] = [];
  for (let before = schedule.every; before < proposed; before += schedule.every) {
    const depth = depthAt(schedule, before);
    if (depth > depthAt(schedule, before - 1))
      marks.push({ x: before + 1, label: `${depth} ${blockSize > 1 ? 'blocks' : 'layers'}` });
  }
  return marks;
}
