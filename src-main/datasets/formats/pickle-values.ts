/** A numpy array, its bytes as they are stored. */
interface PickledArray {
  readonly kind: 'array';
  /** numpy's letter and item size: 'u1', 'i8', … */
  dtype: string;
  shape: readonly number[];
  fortran: boolean;
  bytes: Uint8Array;
}

/** A value in a CIFAR pickle: lists and tuples are both arrays, byte strings are views. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | PickleValue[]
  | Map<string, PickleValue>
  | PickledArray
  | PickledDtype
  | PickledGlobal;

interface PickledDtype {
  readonly kind: 'dtype';
  readonly code: string;
}

export interface PickledGlobal {
  readonly kind: 'global';
  readonly name: 'reconstruct' | 'frombuffer' | 'ndarray' | 'dtype' | 'encode';
}

const dtypes = new Set(['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8']);

/** Throws a PickleError at the current offset. */
export type Fail = (message: string) => never;

/** What the few functions that numpy's pickles name would return. */
export function reduce(callee: PickleValue, values: PickleValue, fail: Fail): PickleValue {
  if (!isKind(callee, 'global') || !Array.isArray(values)) return fail('it calls what is no function');
  const [first, second, third] = values;
  switch (callee.name) {
    case 'reconstruct': // (ndarray, (0,), b'b'): empty until its state is set
      if (!isKind(first, 'global') || first.name !== 'ndarray')
        return fail('it makes an array of an unknown class');
      return { kind: 'array', dtype: '', shape: [], fortran: false, bytes: new Uint8Array(0) };
    case 'frombuffer': // (buffer, dtype, shape, order)
      return filled(
        { kind: 'array', dtype: '', shape: [], fortran: false, bytes: new Uint8Array(0) },
        [1, third ?? null, second ?? null, values[3] === 'F', first ?? null],
        fail,
      );
    case 'dtype': {
      const code = first instanceof Uint8Array ? Buffer.from(first).toString('latin1') : first;
      if (typeof code !== 'string' || !dtypes.has(code)) return fail('an array is not of integers');
      return { kind: 'dtype', code };
    }
    case 'encode': // (text, 'latin1'): how Python 3 writes bytes below protocol 3
      if (typeof first !== 'string' || second !== 'latin1')
        return fail('it encodes something other than bytes');
      // eslint-disable-next-line no-control-regex -- the range is all that one byte can be
      if (/[^\u0000-\u00ff]/.test(first)) return fail('a string of bytes holds what is no byte');
      return Buffer.from(first, 'latin1');
    case 'ndarray':
      return fail('it calls a class');
  }
}

/** Sets the state of an array or a dtype: the opcode BUILD. */
export function build(target: PickleValue, state: PickleValue, fail: Fail): void {
  if (isKind(target, 'array')) {
    filled(target, state, fail);
    return;
  }
  // (version, byte order, …): '|' is no order, for single bytes
  if (isKind(target, 'dtype') && Array.isArray(state)) {
    const order = state[1] instanceof Uint8Array ? Buffer.from(state[1]).toString('latin1') : state[1];
    if (order === '<' || order === '|') return;
    fail('an array is not little-endian');
  }
  fail('it sets the state of what is no array');
}

/** Sets an array's state: (version, shape, dtype, Fortran order, bytes). */
function filled(array: PickledArray, state: PickleValue, fail: Fail): PickledArray {
  if (!Array.isArray(state)) return fail('an array has no state');
  const [, shape, dtype, fortran, bytes] = state;
  const sized = Array.isArray(shape) && shape.length <= 4 && shape.every(isLength);
  if (!sized || !isKind(dtype, 'dtype') || typeof fortran !== 'boolean' || !(bytes instanceof Uint8Array)) {
    return fail('an array has an unknown state');
  }
  const items = shape.reduce((product, length) => product * length, 1);
  if (items * Number(dtype.code.slice(1)) !== bytes.length) {
    return fail(`an array of shape [${shape.join(', ')}] has ${bytes.length} bytes`);
  }
  return Object.assign(array, { dtype: dtype.code, shape, fortran, bytes });
}

function isLength(value: PickleValue): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

export function isKind<K extends 'array' | 'dtype' | 'global'>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}
