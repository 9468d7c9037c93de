import type { ConvArchitecture } from '../../src-shared/architecture/conv/conv-architecture';
import type { LanguageCell } from '../../src-shared/architecture/cell/language-model';
import type { ImageRecipe } from '../../src-shared/tasks/images/image-recipe';
import type { TextRecipe } from '../../src-shared/tasks/text/text-recipe';
import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import type { FailureReason } from '../../src-shared/run/trial';
import type { CheckpointPlan } from '../children/training/checkpoint-file';

/** What is trained and how: a convolutional network on images, or a language model of a cell on text. */
export type Child =
  | { readonly kind: 'images'; readonly architecture: ConvArchitecture; readonly recipe: ImageRecipe }
  | { readonly kind: 'text'; readonly cell: LanguageCell; readonly recipe: TextRecipe };

/** How fast a child trains. Times in milliseconds. */
export interface ChildSpeed {
  /** From the order to the end of the first step: the graph is made and loaded. */
  readonly begin: number;
  /** Medians of steps. */
  readonly trainStep: number;
  readonly evaluationStep: number;
  /** Most memory that the process has held by then, in bytes. */
  readonly memory: number;
}

/** One child to train: all that a trainer needs, wherever it runs. */
export interface TrialJob {
  readonly trial: number;
  readonly child: Child;
  /** Seeds whatever is random in this child: initial weights, order of the images and augmentation, dropout. */
  readonly seed: number;
  /** Absolute path of the data set's copy in the cache (the test split is not below it). */
  readonly data: string;
  /** Where to leave the weights at the end; null when they are not wanted. */
  readonly weights: string | null;
  /** Where its state is kept after epochs, and taken from to go on; null keeps none. */
  readonly checkpoint: CheckpointPlan | null;
}

/** A trained child, to be measured on data. */
export interface ExamJob extends Pick<TrialJob, 'trial' | 'child' | 'seed' | 'data'> {
  /** Where its weights are. */
  readonly weights: string;
  /** What to measure it on; null for the validation part of its text. */
  readonly test: TestFiles | null;
}

/** The test split of a data set, which a trainer is given for a measurement alone. */
export type TestFiles =
  | {
      readonly kind: 'images';
      readonly imagesFile: string;
      readonly labelsFile: string;
      readonly count: number;
    }
  | { readonly kind: 'text'; readonly tokensFile: string; readonly count: number };

/**
 * From the search to a trainer process. `stopAfterEpoch` ends the child at the end of its epoch, keeping its result so far; `hold` holds
 * it, and those after it, between two steps until `release`; `measure` trains it for about so many milliseconds to see how fast it is; `examine` measures a
 * child that is trained.
 */
export type TrainerRequest =
  | { readonly type: 'train'; readonly job: TrialJob }
  | { readonly type: 'measure'; readonly job: TrialJob; readonly milliseconds: number }
  | { readonly type: 'examine'; readonly job: ExamJob }
  | { readonly type: 'stopAfterEpoch' }
  /** The child ends after the step that it is in, without a result. */
  | { readonly type: 'stopAfterStep'; readonly trial: number }
  | { readonly type: 'hold' }
  | { readonly type: 'release' }
  | { readonly type: 'exit' };

/** From a trainer process to the search. */
export type TrainerReply =
  | { readonly type: 'ready'; readonly pid: number; readonly tensorflow: string; readonly device: string }
  /** Before the first step: the epochs that the child goes on from, none when it begins anew. */
  | { readonly type: 'begun'; readonly trial: number; readonly epochs: readonly EpochRecord[] }
  | {
      readonly type: 'progress';
      readonly trial: number;
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
    }
  | { readonly type: 'epoch'; readonly trial: number; readonly record: EpochRecord }
  | { readonly type: 'measured'; readonly trial: number; readonly speed: ChildSpeed }
  | {
      readonly type: 'completed';
      readonly trial: number;
      readonly stopped: boolean;
      /** Bytes that the process holds in memory when the child is gone. */
      readonly memory: number;
    }
  /** An accuracy in [0, 1], or a perplexity; null for one past all numbers. */
  | { readonly type: 'examined'; readonly trial: number; readonly measure: number | null }
  | {
      readonly type: 'failed';
      readonly trial: number;
      readonly reason: FailureReason;
      readonly message: string;
    }
  /** The child is trained, and its weights cannot be written: the run's folder is at fault, not the child. */
  /** The child has ended without a result, as it was told. */
  | { readonly type: 'ended'; readonly trial: number }
  | { readonly type: 'unwritable'; readonly trial: number; readonly message: string };
