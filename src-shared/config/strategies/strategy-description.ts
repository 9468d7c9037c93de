import { z } from 'zod';
import { optionRegistry, option } from '../../option';

/** A number that a strategy reports with each update: what it is called, and where the Strategy tab draws it. */
export interface DiagnosticText {
  readonly label: string;
  /** 'nats', 'updates'; null for a plain number. */
  readonly unit: string | null;
  /** Title of its chart, which it shares with others of the same title; null for one that is a line of text. */
  readonly chart: string | null;
  /** Whether `runs show` gives its mean and maximum. */
  readonly summarised?: boolean;
}

/** What the window, the command line and the docs know of a strategy; its algorithm is in src-main/strategy. */
interface StrategyParts<Options extends z.ZodObject> {
  /** A name for people: 'Random search'. */
  readonly label: string;
  /** One sentence: what it does. */
  readonly help: string;
  /** The group `controller` of a configuration, discriminated by `strategy`; each of the other options has an initial value. */
  readonly options: Options;
  /** By the key of the number; 'entropy.*' is a family: one number for each kind of decision, 'entropy.filterHeight'. */
  readonly diagnostics: Readonly<Record<string, DiagnosticText>>;
  /** What the decision probabilities of an update are; null when it reports none. */
  readonly probabilities: string | null;
  /** Whether it has nothing more to propose once a run is finished: a larger budget gives no more children. */
  readonly isExhaustible?: boolean;
}

export interface StrategyDescription<
  Options extends z.ZodObject = z.ZodObject,
> extends StrategyParts<Options> {
  /** The options at their initial values. */
  readonly defaults: z.output<Options>;
}

/** @throws ZodError when an option has no initial value, or one that its schema refuses */
export function describeStrategy<Options extends z.ZodObject>(
  strategy: string,
  parts: StrategyParts<Options>,
): StrategyDescription<Options> {
  const initial = Object.entries(parts.options.shape).map(([name, schema]) => [
    name,
    name === 'strategy' ? strategy : optionRegistry.get(schema)?.initial?.(() => Number.NaN),
  ]);
  return { ...parts, defaults: parts.options.parse(Object.fromEntries(initial)) };
}

const count = z.int().min(1);

/** Options of strategies that work in batches, several of them independent of each other. */
export const laneOptions = {
  childrenPerUpdate: option(count.max(256), {
    label: 'Batch size m (children per update)',
    help: 'Networks that a replica proposes per gradient (m in the paper).',
    paper: { v1: 8, 'ptb-base8': 1 },
    initial: () => 8,
  }),
  replicas: option(count.max(1000), {
    label: 'Replicas',
    help: 'Controllers that propose and learn in parallel, without waiting for each other (K in the paper). With one replica, or in synchronous mode, a search is repeatable.',
    paper: { v1: 100, 'ptb-base8': 400 },
    initial: () => 1,
  }),
  mode: option(z.enum(['asynchronous', 'synchronous']), {
    label: 'Replica mode',
    help: 'asynchronous: each replica learns when its own networks have been trained. synchronous: all propose, then learn in order, so that the same seed gives the same search whichever network finishes first.',
    paper: { v1: 'asynchronous' },
    initial: () => 'asynchronous',
  }),
};
