import Elk, { type ElkNode } from 'elkjs/lib/elk-api.js';
import workerAddress from 'elkjs/lib/elk-worker.min.js?url';

/** A pending layout in a separate thread. */
export interface Layout {
  readonly done: Promise<ElkNode>;
  /** Terminates the thread; `done` then never settles. */
  cancel(): void;
}

/** Lays out a graph with the Eclipse Layout Kernel. Graphs of many edges take seconds; the window stays responsive. */
export function layOutInWorker(graph: ElkNode): Layout {
  const elk = new Elk({ workerFactory: () => new Worker(workerAddress) });
  const end = (): void => elk.terminateWorker();
  return { done: elk.layout(graph).finally(end), cancel: end };
}
