import type { ChildEvent } from '../../src-shared/run/child-event';

type EventOf<Type extends ChildEvent['type']> = Extract<ChildEvent, { readonly type: Type }>;

/** A listener to the events of a child with a function for each type that matters. */
export function hearing(handlers: {
  readonly [Type in ChildEvent['type']]?: (event: EventOf<Type>) => unknown;
}): (event: ChildEvent) => void {
  return (event) => {
    const handle = handlers[event.type] as ((event: ChildEvent) => unknown) | undefined;
    handle?.(event);
  };
}
