import type { EpochRecord } from '../tasks/data-kinds';

/** How a training ended: through all its epochs, on request after one of them, at once, or because something broke. */
export const trainingOutcomes = ['completed', 'stopped', 'interrupted', 'failed'] as const;
export type TrainingOutcome = (typeof trainingOutcomes)[number];

/** What a measurement is taken on. Draws of dropout are averaged on validation data; the test is taken once, on request. */
export type MeasuredSplit = 'validation' | 'test';

/** What happens in the training of one architecture, in order. Times are milliseconds since 1970. */
export type TrainingEvent =
  | {
      readonly type: 'trainingStarted';
      /** Absolute. */
      readonly folder: string;
      readonly parameters: number;
      /** Epochs of the recipe, and how many of them were there already. */
      readonly epochs: number;
      readonly earlier: number;
      readonly at: number;
    }
  | {
      readonly type: 'trainingProgress';
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly at: number;
    }
  | { readonly type: 'epochEnded'; readonly record: EpochRecord; readonly at: number }
  | {
      readonly type: 'measureProgress';
      readonly split: MeasuredSplit;
      readonly step: number;
      readonly steps: number;
      readonly at: number;
    }
  | {
      readonly type: 'measured';
      readonly split: MeasuredSplit;
      /** An accuracy in [0, 1], or a perplexity; null for one past all numbers. */
      readonly measure: number | null;
      /** Draws of dropout whose probabilities were averaged; 0 for none. */
      readonly draws: number;
      readonly at: number;
    }
  | {
      readonly type: 'trainingEnded';
      readonly outcome: TrainingOutcome;
      /** What broke, as a sentence; null unless the outcome is 'failed'. */
      readonly message: string | null;
      readonly at: number;
    };
