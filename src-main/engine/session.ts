import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CellsmithError, errorMessage } from '../../src-shared/errors';
import type { DType, Graph, GraphNode, Shape, Signature, Tensor } from './graph';
import { kernelRewrites } from './kernels/rewrites';
import { hasCustomOps, loadEngine } from './load';
import type { Engine } from './load';
import { servingTag, writeSavedModel } from './saved-model';

/**
 * A value for one input, in row-major order: Float32Array for float32, Int32Array for int32 and int64, Uint8Array for uint8
 * and bool; a number, boolean or string alone for a scalar; an array of strings for string.
 */
export type FeedValue =
  number | boolean | string | Float32Array | Int32Array | Uint8Array | readonly string[];

/** A fetched value, in row-major order. bool comes as 0 and 1 in a Uint8Array. */
export interface Fetched {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly values: Float32Array | Int32Array | Uint8Array | readonly string[];
}

/** A graph loaded into TensorFlow. Its variables live from `openSession` to `close`, shared by all its signatures. */
export interface Session {
  /**
   * Runs a signature of the graph; blocks until it is done.
   * @throws engine.session when a value does not fit its input, or TensorFlow reports an error (which is the cause)
   */
  readonly run: (signature: string, feeds?: Readonly<Record<string, FeedValue>>) => Record<string, Fetched>;
  /** Frees the graph and its variables. Closing twice does nothing. */
  readonly close: () => void;
}

type SignatureRunner = Awaited<ReturnType<Engine['node']['loadSavedModel']>>;
type EngineTensor = ReturnType<Engine['tensor']>;

/**
 * Loads a graph into TensorFlow through a SavedModel.
 *
 * @param options.directory keeps the SavedModel there, for other tools; a temporary folder when absent
 * @param options.customConvolution which convolutions and input gradients use the custom kernels, if available; those that are
 *   faster, when absent
 * @throws engine.session if TensorFlow rejects the graph; engine.graph, also if it is kept and has custom ops; engine.missing
 */
export async function openSession(
  graph: Graph,
  options: {
    readonly directory?: string;
    readonly customConvolution?: (node: GraphNode) => boolean;
  } = {},
): Promise<Session> {
  const engine = loadEngine();
  for (const [name, signature] of graph.signatures) checkFetchable(name, signature);
  if (options.directory !== undefined) checkKnownElsewhere(graph);
  const folder = options.directory ?? mkdtempSync(join(tmpdir(), 'cellsmith-graph-'));
  const runners = new Map<string, SignatureRunner>();
  try {
    // Other tools do not know the custom kernels.
    const own = options.directory === undefined && hasCustomOps();
    writeSavedModel(graph, folder, own ? kernelRewrites(graph, options.customConvolution) : new Map());
    for (const name of graph.signatures.keys())
      runners.set(name, await engine.node.loadSavedModel(folder, [servingTag], name));
  } catch (error) {
    closeAll(runners);
    if (error instanceof CellsmithError) throw error;
    throw new CellsmithError('engine.session', `TensorFlow rejects the graph: ${firstLine(error)}`, {
      cause: error,
    });
  } finally {
    // TensorFlow has loaded it by now.
    if (options.directory === undefined) rmSync(folder, { recursive: true, force: true });
  }
  return {
    run: (name, feeds = {}) => {
      const signature = graph.signatures.get(name);
      const runner = runners.get(name);
      if (signature === undefined || runner === undefined)
        throw new CellsmithError(
          'engine.session',
          graph.signatures.has(name) ? 'The session is closed.' : `The graph has no signature '${name}'.`,
        );
      return runSignature(engine, runner, name, signature, feeds);
    },
    close: () => {
      closeAll(runners);
    },
  };
}

/** The single number of a fetched scalar. @throws engine.session when there is no such output, or it is not one number */
export function fetchedNumber(results: Readonly<Record<string, Fetched>>, name: string): number {
  const values = results[name]?.values;
  const value = values?.length === 1 ? values[0] : undefined;
  if (typeof value !== 'number')
    throw new CellsmithError('engine.session', `The output '${name}' is not one number.`);
  return value;
}

/** The values of a fetched float32 tensor. @throws engine.session when there is no such output, or of another type */
export function fetchedFloats(results: Readonly<Record<string, Fetched>>, name: string): Float32Array {
  const values = results[name]?.values;
  if (!(values instanceof Float32Array))
    throw new CellsmithError('engine.session', `The output '${name}' does not hold float32 values.`);
  return values;
}

function closeAll(runners: Map<string, SignatureRunner>): void {
  for (const runner of runners.values()) runner.dispose();
  runners.clear();
}

function checkKnownElsewhere({ nodes }: Graph): void {
  const own = nodes.find(({ op }) => op.startsWith('Cellsmith'));
  if (own !== undefined)
    throw new CellsmithError(
      'engine.graph',
      `Other tools do not know the custom op ${own.op}: build the graph without it.`,
    );
}

function checkFetchable(name: string, { outputs }: Signature): void {
  for (const [output, { dtype }] of Object.entries(outputs))
    if (dtype === 'int64' || dtype === 'uint8' || dtype === 'resource')
      throw new CellsmithError(
        'engine.session',
        `The output '${output}' of signature '${name}' is ${dtype}, which tfjs cannot fetch: cast it in the graph.`,
      );
}

function runSignature(
  engine: Engine,
  runner: SignatureRunner,
  name: string,
  signature: Signature,
  feeds: Readonly<Record<string, FeedValue>>,
): Record<string, Fetched> {
  for (const input of Object.keys(feeds))
    if (signature.inputs[input] === undefined)
      throw new CellsmithError('engine.session', `Signature '${name}' has no input '${input}'.`);
  const owned: EngineTensor[] = [];
  try {
    const inputs: Record<string, EngineTensor> = {};
    for (const [input, tensor] of Object.entries(signature.inputs)) {
      const fed = toTensor(engine, name, input, tensor, feeds[input]);
      owned.push(fed);
      inputs[input] = fed;
    }
    const outputs = runner.predict(inputs) as Record<string, EngineTensor>;
    owned.push(...Object.values(outputs));
    return Object.fromEntries(
      Object.entries(signature.outputs).map(([output, { dtype }]) => {
        const fetched = outputs[output];
        if (fetched === undefined) throw new CellsmithError('internal', `TensorFlow gave no '${output}'.`);
        return [output, { dtype, shape: fetched.shape, values: fetched.dataSync() as Fetched['values'] }];
      }),
    );
  } catch (error) {
    if (error instanceof CellsmithError) throw error;
    throw new CellsmithError('engine.session', `Signature '${name}' failed: ${firstLine(error)}`, {
      cause: error,
    });
  } finally {
    for (const tensor of owned) tensor.dispose();
  }
}

/** Checks a value against its input and hands its memory to TensorFlow, without a copy for typed arrays. */
function toTensor(
  engine: Engine,
  signature: string,
  input: string,
  { dtype, shape }: Tensor,
  value: FeedValue | undefined,
): EngineTensor {
  const where = `Input '${input}' of signature '${signature}'`;
  if (value === undefined) throw new CellsmithError('engine.session', `${where} is missing.`);
  const values = typeof value === 'object' ? value : [value];
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (values.length !== size)
    throw new CellsmithError(
      'engine.session',
      `${where} needs ${size} values for its shape [${shape.join(', ')}] and got ${values.length}.`,
    );
  if (!fits(dtype, values))
    throw new CellsmithError('engine.session', `${where} is ${dtype} and got ${describe(value)}.`);
  if (dtype === 'float32' || dtype === 'string')
    return engine.tensor(values as Float32Array | string[], [...shape], dtype);
  if (dtype === 'bool') return engine.tensor(Uint8Array.from(values as Iterable<number>), [...shape], 'bool');
  // tfjs has int32 only: predict converts it to the type in the signature.
  return engine.tensor(
    values instanceof Int32Array ? values : Int32Array.from(values as number[]),
    [...shape],
    'int32',
  );
}

function fits(
  dtype: DType,
  values: Exclude<FeedValue, number | boolean | string> | readonly unknown[],
): boolean {
  const [first] = values;
  const alone = Array.isArray(values);
  switch (dtype) {
    case 'float32':
      return values instanceof Float32Array || (alone && typeof first === 'number');
    case 'int32':
      return (
        values instanceof Int32Array ||
        (alone && Number.isInteger(first) && Object.is(Number(first) | 0, first))
      );
    case 'int64':
      // tfjs-node zero-extends, so negative numbers would be wrong.
      return (
        (values instanceof Int32Array && values.every((value) => value >= 0)) ||
        (alone && Number.isInteger(first) && Object.is(Number(first) & 0x7fffffff, first))
      );
    case 'uint8':
      return (
        values instanceof Uint8Array ||
        (alone && Number.isInteger(first) && Object.is(Number(first) & 255, first))
      );
    case 'bool':
      return values instanceof Uint8Array || (alone && typeof first === 'boolean');
    case 'string':
      return alone && values.every((value) => typeof value === 'string');
    case 'resource':
      return false;
  }
}

function describe(value: FeedValue): string {
  if (typeof value !== 'object') return `the ${typeof value} ${String(value)}`;
  return Array.isArray(value) ? 'an array of strings' : `a ${value.constructor.name}`;
}

function firstLine(error: unknown): string {
  return errorMessage(error).split('\n', 1)[0] ?? '';
}
