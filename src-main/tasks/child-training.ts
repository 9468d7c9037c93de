import type { ChildBase } from '../../src-shared/tasks/task';
import type { EpochBase, TestBase } from '../../src-shared/tasks/data-kind';
import type { EvaluationListener } from '../children/evaluate-child';
import type { NamedTensor } from '../children/safetensors';
import type { ChildCheckpoints } from '../children/child-state';
import type { TrainControl } from '../children/run-epochs';

/** A trained child. */
export interface TrainedChild {
  readonly epochs: readonly EpochBase[];
  /** Whether it was stopped before the recipe's last epoch. */
  readonly stopped: boolean;
  readonly weights: readonly NamedTensor[];
  /** Units of each layer, where the number follows from the size of the model and of the vocabulary. */
  readonly hidden: number | null;
}

/** This many steps make an epoch, when no more of the data is to be taken; fewer where there are not enough. */
export interface Excerpt {
  readonly training: number;
  readonly evaluation: number;
}

/** What a trained child is evaluated with. */
export interface Evaluation {
  readonly seed: number;
  readonly weights: readonly NamedTensor[];
  /** Absolute path of the data set's copy in the cache. */
  readonly trainFolder: string;
  /** The test split; null for the validation part of a text. */
  readonly test: TestBase | null;
}

/** What is changed of a recipe so that a child stays where it is while its speed is measured. */
export interface SlowRecipe {
  readonly epochs: number;
  readonly learningRate: number;
  readonly decay: { readonly kind: 'constant' };
}

/** How the children of a task are trained and evaluated: the half of a task that needs the engine. */
export interface ChildTraining<
  Child extends ChildBase = ChildBase,
  Data extends { readonly fingerprint: string } = { readonly fingerprint: string },
> {
  /** That of the children. */
  readonly kind: string;
  /** Checks and opens the training data. @throws CellsmithError data.* */
  load(child: Child, trainFolder: string): Promise<Data>;
  /** What of a child its data depend on, for {@link load}: equal for children that train on the same. */
  dataKey(child: Child): unknown;
  excerpt(data: Data, child: Child, steps: Excerpt): Data;
  /** @throws CellsmithError child.diverged, architecture.invalid, config.invalid, engine.* */
  train(
    child: Child,
    seed: number,
    data: Data,
    control: TrainControl,
    checkpoints: ChildCheckpoints | null,
  ): Promise<TrainedChild>;
  /**
   * @returns the metric as it is stored; null for one past all numbers
   * @throws CellsmithError run.damaged when the weights do not match the child; data.*, engine.*
   */
  evaluate(child: Child, evaluation: Evaluation, listener: EvaluationListener): Promise<number | null>;
  /** The child at a rate at which it hardly changes: some diverge at once at the rate that a search gives them. */
  slowed(child: Child, slow: SlowRecipe): Child;
}
