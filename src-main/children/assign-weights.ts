import { CellsmithError } from '../../src-shared/errors';
import type { Variable } from '../engine/graph';
import { type FeedValue, type Session } from '../engine/session';
import type { NamedTensor } from './safetensors';

/**
 * Gives an open model the weights that training has left. Its other saved variables, slots of the optimiser and hidden state, keep
 * their values.
 * @throws run.damaged when the weights are not those of the model
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
      `The weights are not those of this architecture${misfit === undefined ? '' : `: ${misfit.name} does not fit`}.`,
    );
  const values: Record<string, FeedValue> = Object.fromEntries(
    Object.entries(session.run('read')).map(([name, fetched]) => [name, fetched.values]),
  );
  for (const { name, values: trained } of tensors) values[name] = trained;
  session.run('assign', values);
}
