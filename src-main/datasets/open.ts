import type { DatasetContainer } from '../../src-shared/tasks/images/image-description';
import type { TextOptions } from '../../src-shared/tasks/text/text-description';
import type { DescriptionBase, NeedBase, TestBase, DatasetProgress } from '../../src-shared/tasks/data-kind';
import type { DatasetDescription } from '../../src-shared/tasks/data-kinds';
import type { FileTree, FolderView } from './trees/file-tree';
import { locate, type Located, openTree } from './trees/open-tree';

export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** How a test split is drawn from a data set that has none. */
export interface TestDraw {
  /** Of all images, between 0 and 1. */
  readonly fraction: number;
  readonly seed: number;
}

export interface DatasetOptions extends OpenOptions {
  /** Where decoded copies are kept; the user's cache folder if not given. */
  readonly cacheDirectory?: string | undefined;
  /** How a test split is drawn where images have none. */
  readonly testDraw?: TestDraw | undefined;
  /** How to read a text; by default as suits its format. */
  readonly text?: TextOptions | undefined;
}

/** A data set that is ready for training. The test split is not below its folder. */
export interface PreparedData<Description extends DescriptionBase = DatasetDescription> {
  readonly description: Description;
  /** Absolute path of the copy to train and validate on: what a trainer is given. */
  readonly trainFolder: string;
}

/** A format that matches a folder by its file names; `open` reads its metadata and throws if it is invalid. */
export interface Finding<Source> {
  readonly form: string;
  /** @throws CellsmithError data.* */
  open(signal?: AbortSignal): Source | Promise<Source>;
}

/** Data whose format was recognised. None of it has been decoded yet. */
export interface Opened<Source = unknown> {
  readonly kind: string;
  readonly form: string;
  readonly container: DatasetContainer;
  /** Absolute path. */
  readonly location: string;
  readonly source: Source;
}

/** Where data are. They are opened when their copy is missing, and listed again to see whether they have changed since. */
export interface Place<Source> {
  locate(): Promise<Located>;
  /** @throws CellsmithError data.*; 'data.not-recognised' when they are of another kind */
  open(located: Located): Promise<Source>;
}

/** How one kind of data is recognised, described and copied for trainers: the half of a `DataKind` that reads files. */
export interface DataReader<
  Need extends NeedBase = NeedBase,
  Description extends DescriptionBase = DescriptionBase,
  Source = unknown,
> {
  readonly kind: string;
  /** For messages about data of another kind: 'is a text', and what is needed instead. */
  readonly words: { readonly is: (form: string) => string; readonly needed: string };
  /** The data set in a folder, by the names of its files. */
  find(view: FolderView): Finding<Source> | null;
  /** What the whole tree is where no reader finds a data set in any folder of it. */
  findAtLast(tree: FileTree): Finding<Source> | null;
  /** The recorded description; null when the data were never read, or have changed. */
  recall(located: Located, options: DatasetOptions): Promise<Description | null>;
  /** Reads all of the data and records the description. */
  describe(place: Place<Source>, located: Located, options: DatasetOptions): Promise<Description>;
  /** Makes a copy as trainers need it. Instant when it exists. @throws CellsmithError data.*, config.invalid, cancelled */
  prepare(need: Need, place: Place<Source>, options: DatasetOptions): Promise<PreparedData<Description>>;
  /** Opens the test split, and records that it was opened. @param purpose as a user would say it ('final test of run 12') */
  openTest(
    need: Need,
    place: Place<Source>,
    options: DatasetOptions & { readonly purpose: string },
  ): Promise<TestBase>;
}

/** Identifies what is at a path by names, sizes and times only. */
export async function locateDataset(path: string, options: OpenOptions = {}): Promise<Located> {
  const progress = new Progress('listing', 'files', null, options.onProgress);
  const located = await locate(path, { signal: options.signal, onCount: (files) => progress.set(files) });
  progress.finish();
  return located;
}

/** The files of what was located. */
export async function openFiles(located: Located, options: OpenOptions): Promise<FileTree> {
  const progress = new Progress('listing', 'files', null, options.onProgress);
  const tree = await openTree(located, { signal: options.signal, onCount: (files) => progress.set(files) });
  progress.finish();
  return tree;
}

export type OnProgress = (progress: DatasetProgress) => void;

/** Minimum interval in ms: one message per image would cost more than reading the image. */
const interval = 100;

/** Counts one stage of the work and reports it at most ten times a second, first and last count always. */
export class Progress {
  readonly #stage: DatasetProgress['stage'];
  readonly #unit: DatasetProgress['unit'];
  readonly #total: number | null;
  readonly #report: OnProgress | undefined;
  readonly #began = performance.now();
  #reported = -Infinity;
  #done = 0;

  constructor(
    stage: DatasetProgress['stage'],
    unit: DatasetProgress['unit'],
    total: number | null,
    report: OnProgress | undefined,
  ) {
    this.#stage = stage;
    this.#unit = unit;
    this.#total = total;
    this.#report = report;
    this.#send(performance.now());
  }

  add(amount: number): void {
    this.set(this.#done + amount);
  }

  set(done: number): void {
    this.#done = done;
    const now = performance.now();
    if (now - this.#reported >= interval) this.#send(now);
  }

  /** Ends the stage: the work done becomes its total. */
  finish(): void {
    this.#send(performance.now(), this.#done);
  }

  #send(now: number, total = this.#total): void {
    this.#reported = now;
    const done = this.#done;
    // an estimated total must not be overtaken
    const shown = total === null ? null : Math.max(total, done);
    const left = shown === null || done === 0 ? null : ((now - this.#began) / done) * (shown - done);
    this.#report?.({ stage: this.#stage, unit: this.#unit, done, total: shown, millisecondsLeft: left });
  }
}
