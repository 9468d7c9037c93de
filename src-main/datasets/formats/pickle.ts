/**
 * A strict reader of the pickles in which CIFAR comes: dictionaries, lists, strings, integers and numpy arrays, as Python 2
 * and 3 write them with protocols 2 to 5. Nothing is ever called or constructed: a global is a name that must be on the short
 * list below, and any other opcode or name is an error.
 *
 * Why not a package: the one maintained reader on npm (pickleparser 0.2.1) decodes Python 2 strings as ASCII text, which
 * destroys the pixels of the published files; it knows no numpy arrays; and it calls whatever its resolver returns.
 */

import { build, type Fail, type PickledGlobal, type PickleValue, reduce } from './pickle-values';

/** An invalid pickle, with the offset. The caller adds the file name. */
export class PickleError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'PickleError';
    this.offset = offset;
  }
}

/** numpy moved its modules in version 2: both names mean the same. */
const globals = new Map<string, PickledGlobal['name']>([
  ['numpy.core.multiarray _reconstruct', 'reconstruct'],
  ['numpy._core.multiarray _reconstruct', 'reconstruct'],
  ['numpy.core.numeric _frombuffer', 'frombuffer'],
  ['numpy._core.numeric _frombuffer', 'frombuffer'],
  ['numpy ndarray', 'ndarray'],
  ['numpy dtype', 'dtype'],
  ['_codecs encode', 'encode'],
]);

/** No CIFAR file comes near these; together they bound what hostile bytes may take of memory and time. */
const maximumSteps = 2_000_000;
const maximumContainers = 10_000;

/**
 * Reads a pickle. Arrays and byte strings are views of `bytes`, so memory stays within a small multiple of its length.
 * @throws PickleError for anything that is not such a pickle
 */
export function readPickle(bytes: Uint8Array): PickleValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: PickleValue[] = [];
  const marks: number[] = [];
  const memo = new Map<number, PickleValue>();
  let at = 0;
  let start = 0;
  let containers = 0;
  let encoded = 0;

  const fail = (message: string): never => {
    throw new PickleError(message, start);
  };
  const take = (length: number): number => {
    const from = at;
    if (length > bytes.length - from) fail('the pickle is cut off');
    at += length;
    return from;
  };
  const uint8 = (): number => view.getUint8(take(1));
  const uint32 = (): number => view.getUint32(take(4), true);
  const uint64 = (): number => Number(view.getBigUint64(take(8), true));
  const blob = (length: number): Uint8Array => {
    const from = take(length);
    return bytes.subarray(from, from + length);
  };
  const text = (length: number): string => {
    const from = take(length);
    return buffer.toString('utf8', from, from + length);
  };
  const line = (): string => {
    const end = buffer.indexOf(0x0a, at);
    if (end < 0 || end - at > 200) return fail('a name is cut off');
    const from = take(end - at + 1);
    return buffer.toString('latin1', from, end);
  };
  const pop = (): PickleValue => {
    const floor = marks.at(-1) ?? 0;
    const value = stack.length > floor ? stack.pop() : undefined;
    return value === undefined ? fail('a value is missing') : value;
  };
  const top = (): PickleValue => {
    const value = stack.at(-1);
    return value === undefined ? fail('a value is missing') : value;
  };
  const popToMark = (): PickleValue[] => {
    const mark = marks.pop();
    return mark === undefined ? fail('a mark is missing') : stack.splice(mark);
  };
  const global = (module: string, name: string): PickledGlobal => {
    const known = globals.get(`${module} ${name}`);
    if (known !== undefined) return { kind: 'global', name: known };
    return fail(`it asks for ${JSON.stringify(`${module}.${name}`.slice(0, 100))}, which no CIFAR file does`);
  };
  const append = (items: readonly PickleValue[]): void => {
    const list = top();
    if (!Array.isArray(list)) return fail('it appends to what is no list');
    for (const item of items) list.push(item);
  };
  const setItems = (items: readonly PickleValue[]): void => {
    const dict = top();
    if (!(dict instanceof Map) || items.length % 2 !== 0)
      return fail('it sets items of what is no dictionary');
    for (let i = 0; i < items.length; i += 2) dict.set(key(items[i]), items[i + 1] ?? null);
  };
  const key = (value: PickleValue | undefined): string => {
    if (typeof value === 'string') return value;
    if (value instanceof Uint8Array && value.length <= 200) return Buffer.from(value).toString('latin1');
    return fail('a dictionary has a key that is no short string');
  };
  const recall = (slot: number): void => {
    const value = memo.get(slot);
    stack.push(value === undefined ? fail('it refers to what it has not stored') : value);
  };

  const contain = (container: PickleValue): void => {
    if (++containers > maximumContainers) fail('it holds too many lists');
    stack.push(container);
  };

  for (let step = 0; ; step++) {
    start = at;
    if (step > maximumSteps) fail('it has too many steps');
    const opcode = uint8();
    switch (opcode) {
      case 0x80: // PROTO
        if (uint8() > 5) fail('its protocol is newer than 5');
        break;
      case 0x95: // FRAME: only says how much to read ahead
        take(8);
        break;
      case 0x2e: {
        // STOP
        const value = pop();
        return stack.length === 0 && marks.length === 0 ? value : fail('values are left over');
      }
      case 0x28: // MARK
        marks.push(stack.length);
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        stack.push(opcode === 0x88);
        break;
      case 0x4a: // BININT
        stack.push(view.getInt32(take(4), true));
        break;
      case 0x4b: // BININT1
        stack.push(uint8());
        break;
      case 0x4d: // BININT2
        stack.push(view.getUint16(take(2), true));
        break;
      case 0x8a: // LONG1
        stack.push(longInteger(blob(uint8()), fail));
        break;
      case 0x55: // SHORT_BINSTRING: Python 2's str is bytes
      case 0x43: // SHORT_BINBYTES
        stack.push(blob(uint8()));
        break;
      case 0x54: // BINSTRING
      case 0x42: // BINBYTES
        stack.push(blob(uint32()));
        break;
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        stack.push(blob(uint64()));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(text(uint8()));
        break;
      case 0x58: // BINUNICODE
        stack.push(text(uint32()));
        break;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        contain([]);
        break;
      case 0x7d: // EMPTY_DICT
        contain(new Map());
        break;
      case 0x74: // TUPLE
        contain(popToMark());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: {
        // TUPLE3
        const items: PickleValue[] = [];
        for (let left = opcode - 0x84; left > 0; left--) items.unshift(pop());
        contain(items);
        break;
      }
      case 0x61: // APPEND
        append([pop()]);
        break;
      case 0x65: // APPENDS
        append(popToMark());
        break;
      case 0x73: {
        // SETITEM
        const value = pop();
        setItems([pop(), value]);
        break;
      }
      case 0x75: // SETITEMS
        setItems(popToMark());
        break;
      case 0x71: // BINPUT
        memo.set(uint8(), top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(uint32(), top());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, top());
        break;
      case 0x68: // BINGET
        recall(uint8());
        break;
      case 0x6a: // LONG_BINGET
        recall(uint32());
        break;
      case 0x63: {
        // GLOBAL
        const module = line();
        stack.push(global(module, line()));
        break;
      }
      case 0x93: {
        // STACK_GLOBAL
        const name = pop();
        const module = pop();
        stack.push(
          typeof name === 'string' && typeof module === 'string'
            ? global(module, name)
            : fail('a name is no string'),
        );
        break;
      }
      case 0x52: {
        // REDUCE
        const values = pop();
        const result = reduce(pop(), values, fail);
        // the only result that is copied: a text may be encoded once per reference
        if (result instanceof Uint8Array) encoded += result.length;
        if (encoded > bytes.length) fail('it encodes more than it holds');
        contain(result);
        break;
      }
      case 0x62: {
        // BUILD
        const state = pop();
        build(top(), state, fail);
        break;
      }
      default:
        fail(`it has the opcode 0x${opcode.toString(16).padStart(2, '0')}, which no CIFAR file does`);
    }
  }
}

/** Little-endian two's complement; what does not fit a double exactly is no label and no count. */
function longInteger(bytes: Uint8Array, fail: Fail): number {
  if (bytes.length > 8) return fail('an integer is too large');
  let value = 0n;
  bytes.forEach((byte, i) => (value |= BigInt(byte) << BigInt(8 * i)));
  const signed = Number(BigInt.asIntN(Math.max(8 * bytes.length, 1), value));
  return Number.isSafeInteger(signed) ? signed : fail('an integer is too large');
}
