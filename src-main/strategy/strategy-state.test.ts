import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellsmithError } from '../../src-shared/errors';
import { decodeState, encodeState } from './strategy-state';
import { createStrategy } from './strategies';
import { proposeOne, paperController, syntheticReward, syntheticSpace } from '../testing/synthetic-strategy';
import type { Strategy } from './strategy';

const config = { ...paperController, hiddenUnits: 4, childrenPerUpdate: 2, parameterServerShards: 3 };

type Changes = Partial<Omit<typeof config, 'strategy'>> & { readonly strategy?: 'reinforce' | 'random' };

function strategy({ strategy: id = 'reinforce', ...changes }: Changes = {}): Strategy {
  const options = { ...config, ...changes };
  const { childrenPerUpdate, replicas, mode } = options;
  return createStrategy({
    config: id === 'random' ? { strategy: id, childrenPerUpdate, replicas, mode } : options,
    space: syntheticSpace,
    seed: 5,
    depthAt: () => 3,
  });
}

/** A state with everything in it: two updates, and one proposal that waits for its reward. */
function someState(changes: Changes = {}): Uint8Array {
  const source = strategy(changes);
  for (let batch = 0; batch < 2; batch++) {
    const proposals = [proposeOne(source), proposeOne(source)];
    source.tell(proposals.map((proposal) => ({ proposal, reward: syntheticReward(proposal.decisions) })));
  }
  proposeOne(source);
  for (const [version, copy] of source.copies ?? []) copies.set(version, copy);
  return source.state();
}

/** What stores the copies beside the states: those of the source's two updates. */
const copies = new Map<number, Float64Array>();
const copyOf = (version: number): Float64Array | undefined => copies.get(version);

function codeOf(act: () => void): string {
  try {
    act();
  } catch (error) {
    if (error instanceof CellsmithError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** Changes the header and puts the right checksum under it, as someone would who means harm. */
function forged(state: Uint8Array, change: (header: Record<string, unknown>) => unknown): Uint8Array {
  const { header, vectors } = decodeState(state);
  if (typeof header !== 'object' || header === null) throw new Error('no header');
  return encodeState({ header: change({ ...header }), vectors });
}

describe('a stored controller', () => {
  it('comes back as it was, to the last bit', () => {
    const vectors = new Map([
      ['a', Float64Array.of(Math.PI, -0, 5e-324, 1e308)],
      ['', new Float64Array(0)],
    ]);
    const decoded = decodeState(encodeState({ header: { text: 'ü', number: 0.1 + 0.2 }, vectors }));
    expect(decoded.header).toEqual({ text: 'ü', number: 0.1 + 0.2 });
    expect(decoded.vectors).toEqual(vectors);
    expect(Object.is(decoded.vectors.get('a')?.[1], -0)).toBe(true);
  });

  it('is refused when a byte of it is changed, missing or too many', () => {
    const state = someState();
    fc.assert(
      fc.property(fc.nat(state.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = state.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        // A larger version number reads as a newer file.
        const expected = at >= 8 && at < 12 ? /run\.(damaged|newer-version)/ : /run\.damaged/;
        expect(codeOf(() => strategy().restore(changed))).toMatch(expected);
      }),
      { numRuns: 60 },
    );
    fc.assert(
      fc.property(fc.nat(state.length - 1), (length) => {
        expect(codeOf(() => strategy().restore(state.slice(0, length)))).toBe('run.damaged');
      }),
      { numRuns: 60 },
    );
    expect(codeOf(() => strategy().restore(Uint8Array.from([...state, 0])))).toBe('run.damaged');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(codeOf(() => strategy().restore(bytes))).toBe('run.damaged');
      }),
    );
  });

  it.each<[string, (header: Record<string, unknown>) => unknown]>([
    ['no object', () => null],
    ['another strategy', (header) => ({ ...header, strategy: 'random' })],
    ['another space', (header) => ({ ...header, vocabulary: '[true,[]]' })],
    ['other matrices', (header) => ({ ...header, blocks: [] })],
    ['a negative count', (header) => ({ ...header, proposals: -1 })],
    ['a count that is no number', (header) => ({ ...header, batches: '2' })],
    ['steps that contradict the updates', (header) => ({ ...header, adamSteps: 7 })],
    ['more gradients than an update takes', (header) => ({ ...header, gradients: 9 })],
    ['a baseline of impossible weight', (header) => ({ ...header, baseline: { sum: 1, weight: 2 } })],
    ['no replica', (header) => ({ ...header, replicas: [] })],
    ['a generator of zeros', (header) => ({ ...header, replicas: [replica({ generator: [0, 0, 0, 0] })] })],
    [
      'a generator of three words',
      (header) => ({ ...header, replicas: [replica({ generator: [1, 2, 3] })] }),
    ],
    [
      'more proposals in flight than a batch',
      (header) => ({ ...header, replicas: [replica({ outstanding: 3 })] }),
    ],
    ['parameters from the future', (header) => ({ ...header, replicas: [replica({ version: 3 })] })],
    ['parameters that are not there', (header) => ({ ...header, replicas: [replica({ version: 1 })] })],
    ['something besides', (header) => ({ ...header, extra: 1 })],
  ])('is refused with a right checksum over a header with %s', (_, change) => {
    const target = strategy();
    const before = target.state();
    expect(codeOf(() => target.restore(forged(someState(), change), copyOf))).toBe('run.damaged');
    expect(target.state(), 'and nothing has changed').toEqual(before);
  });

  it('is refused with numbers that are none, negative squares, or vectors of other lengths', () => {
    const { header, vectors } = decodeState(someState());
    const withVector = (name: string, vector: Float64Array): Uint8Array =>
      encodeState({ header, vectors: new Map([...vectors, [name, vector]]) });
    const length = vectors.get('parameters')?.length ?? 0;
    for (const value of [NaN, Infinity])
      expect(
        codeOf(() =>
          strategy().restore(withVector('parameters', new Float64Array(length).fill(value)), copyOf),
        ),
      ).toBe('run.damaged');
    expect(
      codeOf(() => strategy().restore(withVector('adam.square', new Float64Array(length).fill(-1)), copyOf)),
    ).toBe('run.damaged');
    expect(
      codeOf(() => strategy().restore(withVector('adam.mean', new Float64Array(length - 1)), copyOf)),
    ).toBe('run.damaged');
    expect(codeOf(() => strategy({ hiddenUnits: 5 }).restore(someState(), copyOf))).toBe('run.damaged');
    expect(codeOf(() => strategy({ replicas: 2 }).restore(someState(), copyOf))).toBe('run.damaged');
    expect(codeOf(() => strategy({ strategy: 'random' }).restore(someState(), copyOf))).toBe('run.damaged');
    expect(codeOf(() => strategy().restore(someState({ strategy: 'random' }), copyOf))).toBe('run.damaged');
  });

  it('is refused with copies that are not there, of another length, or of numbers that are none', () => {
    const state = someState();
    const restored = (copy: Float64Array | undefined) => codeOf(() => strategy().restore(state, () => copy));
    const copy = copyOf(2) ?? new Float64Array(0);
    expect(restored(copy)).toBe('accepted');
    expect(restored(undefined)).toBe('run.damaged');
    expect(restored(copy.slice(1))).toBe('run.damaged');
    expect(restored(copy.with(3, NaN))).toBe('run.damaged');
  });

  it('of a release that kept the copies in it resumes from those', () => {
    const { header, vectors } = decodeState(someState());
    const old = encodeState({
      header,
      vectors: new Map([...vectors, ['copy.2', copyOf(2) ?? new Float64Array(0)]]),
    });
    const [a, b] = [strategy(), strategy()];
    a.restore(old);
    b.restore(someState(), copyOf);
    expect(a.copies).toEqual(b.copies);
    expect(proposeOne(a)).toEqual(proposeOne(b));
  });

  it('that claims vectors of terabytes is refused before any memory is taken', () => {
    const json = new TextEncoder().encode(JSON.stringify({ header: {}, vectors: [['a', 2 ** 50]] }));
    const bytes = new Uint8Array(16 + json.length + 32);
    bytes.set(someState().subarray(0, 12));
    new DataView(bytes.buffer).setUint32(12, json.length, true);
    bytes.set(json, 16);
    const end = bytes.length - 32;
    bytes.set(createHash('sha256').update(bytes.subarray(0, end)).digest(), end);
    expect(codeOf(() => decodeState(bytes))).toBe('run.damaged');
  });

  it('of a newer Cellsmith says so', () => {
    const state = someState();
    new DataView(state.buffer).setUint32(8, 2, true);
    expect(codeOf(() => strategy().restore(state))).toBe('run.newer-version');
  });

  it('may resume with another number of parameter-server shards', () => {
    const [a, b] = [strategy(), strategy({ parameterServerShards: 1 })];
    for (const target of [a, b]) target.restore(someState(), copyOf);
    expect(b.state()).toEqual(a.state());
    expect(proposeOne(b)).toEqual(proposeOne(a));
  });
});

function replica(changes: Record<string, unknown>): Record<string, unknown> {
  return { generator: [1, 2, 3, 4], outstanding: 1, version: 2, ...changes };
}
