import type { DType, Graph, Shape, Tensor } from './graph';
import { CellsmithError } from '../../src-shared/errors';

/**
 * A constant whose values are the bytes of a file, in row-major order and little endian, mapped into memory and never copied:
 * all processes that train on the same data share one copy of it, in the operating system's page cache.
 * Gather rows of it by fed indices: a step then touches only the pages that it needs.
 *
 * @param path an absolute path; every run maps the file again, so it must not change while a session is open
 * @param shape the file must hold at least as many values; a shorter file fails at the first run (engine.session)
 */
export function mappedFile(graph: Graph, path: string, dtype: DType, shape: Shape): Tensor {
  const node = graph.add({
    op: 'ImmutableConst',
    attributes: {
      dtype: { type: dtype },
      shape: { shape },
      memory_region_name: { string: path },
      // TensorFlow's constant folding copies the file into memory, once per signature, only to find it too large to keep.
      // It skips nodes with this attribute, which has no other effect on this kind of node.
      _scoped_allocator: { ints: [] },
    },
    outputs: [{ dtype, shape }],
  });
  const [tensor] = node.outputs;
  if (tensor === undefined) throw new CellsmithError('internal', 'A node lost its output.');
  return tensor;
}
