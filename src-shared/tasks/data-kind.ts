import type { z } from 'zod';
import type { Complain } from '../option';

/** What descriptions of data sets have in common, whatever they hold. */
export interface DescriptionBase {
  readonly kind: string;
  /** Absolute path of the folder, archive or file. */
  readonly location: string;
  /** 64 hexadecimal digits: names the data, whatever holds them (docs/datasets.md). */
  readonly fingerprint: string;
}

/** What recipes have in common, whatever they train on. */
export interface RecipeBase {
  readonly kind: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** A child that takes longer is ended and recorded as failed; null for no limit. Seconds. */
  readonly timeLimit: number | null;
}

/** What records of an epoch have in common, whatever was trained. */
export interface EpochBase {
  readonly kind: string;
  /** From 0. */
  readonly epoch: number;
  readonly learningRate: number;
  /** Of wall time. */
  readonly seconds: number;
}

/** What a search needs of its data, and so how its copy for trainers is made. */
export interface NeedBase {
  readonly kind: string;
}

/** Files of a test split, which a trainer is given for an evaluation only. */
export interface TestBase {
  readonly kind: string;
}

/** Steps of an epoch, and how many images or tokens each of them takes. */
export interface EpochSteps {
  readonly training: number;
  readonly evaluation: number;
  /** Images, or tokens, of a step. */
  readonly examples: number;
}

/** What a child reached in an epoch on one part of the data. */
interface Reached {
  /** The metric, as it is stored; null where it was past all numbers. */
  readonly metric: number | null;
  /** The mean loss, nats; null as above. */
  readonly loss: number | null;
}

/** What a child's epochs come to. */
export interface Outcome {
  /** What the reward is made of, as a trial stores it; null for a child without a whole epoch, or past all numbers. */
  readonly measure: number | null;
  /** At least 0, never NaN. */
  readonly reward: number;
}

/** A description as a terminal shows it: facts, a table of its parts, then examples and what its user should know. */
export interface DescriptionText {
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The first column is text, all others numbers. */
  readonly table: readonly (readonly string[])[];
  readonly lines: readonly string[];
  readonly notes: readonly (readonly [name: 'Unreadable' | 'Note', text: string])[];
}

/**
 * What training on one kind of data decides, whatever the architecture: the form of a description, of a recipe and of the record of an
 * epoch, the metric and the reward. Its `kind` is that of all three, as they are stored.
 */
export interface DataKind<
  Description extends DescriptionBase = DescriptionBase,
  Recipe extends RecipeBase = RecipeBase,
  Epoch extends EpochBase = EpochBase,
  Need extends NeedBase = NeedBase,
  Test extends TestBase = TestBase,
> {
  readonly kind: string;
  /** What children learn on such data: 'image classification'. */
  readonly purpose: string;
  readonly descriptionSchema: z.ZodObject & z.ZodType<Description>;
  describe(description: Description): DescriptionText;
  readonly recipeSchema: z.ZodObject & z.ZodType<Recipe>;
  readonly epochSchema: z.ZodObject & z.ZodType<Epoch>;
  readonly needSchema: z.ZodObject & z.ZodType<Need>;
  readonly testSchema: z.ZodObject & z.ZodType<Test>;
  /** Options of a recipe that decide which data children see: the same for all children of a run. */
  readonly sharedOptions: readonly string[];
  /**
   * Options that a search's recipe changes when a child is trained by itself: no time limit, and nothing that only rewards need.
   * @param given options that its user sets, which go over these
   */
  alone(recipe: Recipe, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** Reports options of a recipe that contradict each other. */
  checkRecipe(recipe: Recipe, complain: Complain): void;
  /** All that children on such data can be compared by; the first is the one in which trials and files store it. */
  readonly metrics: readonly [stored: Metric, ...others: Metric[]];
  /** The one that children of a recipe are compared by. */
  metricOf(recipe: Recipe): Metric;
  reached(epoch: Epoch, on: 'train' | 'validation'): Reached;
  /** The reward of a child. @param epochs in any order; of one that was stopped early, those that it has */
  outcome(epochs: readonly Epoch[], recipe: Recipe): Outcome;
  /** What early stopping compares children by, of a stored metric: more is better, and differences are about even. */
  score(stored: number): number;
  /** Columns of a table of epochs between the number of the epoch and the learning rate. @param metric its name */
  epochHead(metric: string): readonly string[];
  /** @param text of a stored metric, with its unit */
  epochCells(epoch: Epoch, text: (metric: number | null) => string): readonly string[];
  /** @param unreadable what to do about files that cannot be decoded: refuse the data, or train without them */
  need(recipe: Recipe, unreadable: 'refuse' | 'skip'): Need;
  /** All of a description that children can see, besides the fingerprint: two copies with the same are the same to a child. */
  content(description: Description): readonly unknown[];
  /** Seed of the validation split; 0 where none is drawn. */
  splitSeed(recipe: Recipe): number;
  /** Draws of dropout that an evaluation averages over; 0 for none. */
  draws(recipe: Recipe): number;
  epochSteps(recipe: Recipe, description: Description): EpochSteps;
  /** Makes sure that a recipe leaves something to train on. @throws CellsmithError 'config.invalid' */
  requireTrainable(recipe: Recipe, description: Description): void;
}

/** What children are compared by on their validation data: an accuracy, a perplexity. Entries of the registry of data kinds. */
export interface Metric {
  /** As summaries of runs store it. */
  readonly id: string;
  /** As it is written at an axis or above a column. */
  readonly name: string;
  readonly unit: string | null;
  /** Head of a column of differences, with their unit. */
  readonly difference: string;
  readonly better: 'higher' | 'lower';
  /** Digits after the decimal point of a shown number. */
  readonly digits: number;
  /** The same at the ticks of an axis. */
  tickDigits(shown: number): number;
  /** The number that is shown for a stored one: percent for a share, bits for a perplexity. */
  shown(stored: number): number;
}

/** At the ticks of an axis: one digit after the decimal point below 10, none from there on. */
export function fewDigits(shown: number): number {
  return shown < 10 ? 1 : 0;
}

/** Progress of reading a data set. */
export interface DatasetProgress {
  /** `listing` names the files, `reading` decodes them, `arranging` writes the cache, `checking` compares it with its hashes. */
  readonly stage: 'listing' | 'reading' | 'arranging' | 'checking';
  readonly unit: 'files' | 'images' | 'bytes';
  readonly done: number;
  /** Null while it is not known. */
  readonly total: number | null;
  /** Estimated from the speed so far; null while there is nothing to estimate from. */
  readonly millisecondsLeft: number | null;
}
