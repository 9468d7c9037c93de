import type { Generator, GeneratorState } from '../../../src-shared/random';
import type { EpochRecord } from '../../../src-shared/tasks/data-kinds';
import type { Graph } from '../../engine/graph';
import { fetchedFloats, type Session } from '../../engine/session';
import type { NamedTensor } from '../safetensors';

/**
 * What a child in training is at the end of an epoch: with it, training goes on bit by bit as if it had never been interrupted. The
 * schedule of its rate needs no more than the number of epochs, and a text is read from its start in each.
 */
export interface ChildState {
  readonly epochs: readonly EpochRecord[];
  readonly generators: Readonly<Record<string, GeneratorState>>;
  /** All saved variables of the graph: weights, the optimiser's slots, moving averages, hidden state. */
  readonly tensors: readonly NamedTensor[];
}

/** Where the states of one child are kept. */
export interface ChildCheckpoints {
  /** A state is kept after so many epochs, after the last one, and when training is stopped. */
  readonly everyEpochs: number;
  /** The state that was kept last; undefined when there is none that can be used. */
  read(): ChildState | undefined;
  /** Says why a state that was read is of no use, and forgets it. */
  drop(reason: string): void;
  /** Never throws: a state that cannot be kept costs an epoch at most, and later ones may be kept again. */
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
 * Brings a child to a state of its own.
 * @returns false, and changes nothing, when the state is that of something else
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
