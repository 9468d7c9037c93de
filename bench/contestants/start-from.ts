import { fetchedFloats, type FeedValue, type Session } from '../../src-main/engine/session';
import type { InitialWeight } from '../networks/weights';

/** All contestants train from the same weights; what the workload does not name, as the hidden state, keeps its first value. */
export function startFrom(session: Session, weights: readonly InitialWeight[]): void {
  const variables = session.run('read');
  const values: Record<string, FeedValue> = {};
  for (const name of Object.keys(variables)) values[name] = fetchedFloats(variables, name);
  for (const { name, values: given } of weights) {
    if (values[name] === undefined) throw new Error(`the child has no ${name}`);
    values[name] = given;
  }
  session.run('assign', values);
}
