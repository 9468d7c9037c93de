import type { Generator, GeneratorState } from '../../src-shared/random';
import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import type { Graph, Variable } from '../engine/graph';
import { fetchedFloats, type Session, type FeedValue } from '../engine/session';
import type { NamedTensor } from './safetensors';
import { CellsmithError } from '../../src-shared/errors';

/**
 * The state of a child at the end of an epoch, from which training resumes with bit-identical results. The
 * learning-rate schedule depends on the number of epochs alone, and each epoch reads a text from its start.
 */
export interface ChildState {
  readonly epochs: readonly EpochRecord[];
  readonly generators: Readonly<Record<string, GeneratorState>>;
  /** All saved variables of the graph: weights, the optimiser's slots, moving averages, hidden state. */
  readonly tensors: readonly NamedTensor[];
}

/** The checkpoints of one child. */
export interface ChildCheckpoints {
  /** A checkpoint is written after this many epochs, after the last one, and when training is stopped. */
  readonly everyEpochs: number;
  /** The last checkpoint; undefined when there is no usable one. */
  read(): ChildState | undefined;
  /** Discards a checkpoint that cannot be used, with the reason. */
  drop(reason: string): void;
  /** Never throws: a failed write costs some epochs at most, and later ones may succeed. */
  write(state: ChildState): void;
}

/** The variables and generators that make up a child. */
export interface ChildParts {
  readonly graph: Graph;
  readonly session: Session;
  readonly generators: Readonly<Record<string, Generator>>;
}

export function takeState({ graph, session, generators }: ChildParts): Omit<ChildState, 'epochs'> {
  const values = session.run('read');
  return {
    generators: Object.fromEntries(Object.entries(generators).map(([name, { state }]) => [name, state])),
    tensors: savedVariables(graph).map(({ name, shape }) => ({
      name,
      shape,
      values: fetchedFloats(values, name),
    })),
  };
}

/**
 * Restores a child from its state.
 * @returns false, and changes nothing, when the state belongs to another child
 */
export function putState({ graph, session, generators }: ChildParts, state: ChildState): boolean {
  const tensors = new Map(state.tensors.map((tensor) => [tensor.name, tensor]));
  const variables = savedVariables(graph);
  const fits =
    tensors.size === variables.length &&
    variables.every(({ name, shape }) => tensors.get(name)?.shape.join() === shape.join()) &&
    Object.keys(generators).every((name) => state.generators[name] !== undefined);
  if (!fits) return false;
  session.run('assign', Object.fromEntries(state.tensors.map(({ name, values }) => [name, values])));
  for (const [name, generator] of Object.entries(generators)) {
    const kept = state.generators[name];
    if (kept !== undefined) generator.state = kept;
  }
  return true;
}

function savedVariables({ variables }: Graph): Graph['variables'] {
  return variables.filter(({ saved }) => saved);
}

/**
 * Assigns trained weights to an open model. Its other saved variables (optimiser slots, hidden state) keep
 * their values.
 * @throws run.damaged when the weights do not match the model
 */
export function assignWeights(
  session: Session,
  { weights }: { readonly weights: readonly Variable[] },
  tensors: readonly NamedTensor[],
): void {
  const given = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const misfit = weights.find(({ name, shape }) => given.get(name)?.shape.join() !== shape.join());
  if (misfit !== undefined || given.size !== weights.length)
    throw new CellsmithError(
      'run.damaged',
      `The weights do not match this architecture${misfit === undefined ? '' : `: ${misfit.name} has another shape`}.`,
    );
  const values: Record<string, FeedValue> = Object.fromEntries(
    Object.entries(session.run('read')).map(([name, fetched]) => [name, fetched.values]),
  );
  for (const { name, values: trained } of tensors) values[name] = trained;
  session.run('assign', values);
}
