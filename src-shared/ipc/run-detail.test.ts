import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endings, failureReasons, listedTrialSchema, trialStates, type ListedTrial } from '../run/trial';
import { largestBatchSize } from '../limits';
import { largestDepth, mostOptions } from '../search-space';
import { packedTrialsSchema, packTrials, unpackTrials } from './run-detail';

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const whole = (least: number, most = 2 ** 40) => fc.integer({ min: least, max: most });
const trials = fc.array(
  fc.record<ListedTrial>({
    number: whole(1),
    state: fc.constantFrom(...trialStates),
    replica: whole(0),
    depth: whole(1, largestDepth),
    decisions: fc.array(
      fc.oneof(fc.nat(mostOptions - 1), fc.array(fc.constantFrom(0, 1), { maxLength: largestDepth })),
    ),
    architectureHash: fc.string(),
    parameters: whole(0),
    multiplyAdds: whole(0),
    reward: orNull(fc.double({ min: 0, max: 1, noNaN: true })),
    measure: orNull(fc.double({ min: 0, max: 1, noNaN: true })),
    failure: orNull(fc.record({ reason: fc.constantFrom(...failureReasons), message: fc.string() })),
    reusedFrom: orNull(whole(1)),
    retries: whole(0),
    batchSize: orNull(whole(1, largestBatchSize)),
    endedBy: orNull(fc.constantFrom(...endings)),
    startedAt: orNull(whole(0)),
    endedAt: orNull(whole(0)),
  }),
);

describe('trials as columns', () => {
  it('come out as they went in, over the border between processes', () => {
    fc.assert(
      fc.property(trials, (before) => {
        expect(before.every((trial) => listedTrialSchema.safeParse(trial).success)).toBe(true);
        const arrived = packedTrialsSchema.parse(structuredClone(packTrials(before)));
        expect(unpackTrials(arrived)).toEqual(before);
      }),
    );
  });

  it('are refused when a column is too short, or a state unknown', () => {
    const [trial] = fc.sample(trials, { seed: 1, numRuns: 50 }).find(({ length }) => length > 0) ?? [];
    if (trial === undefined) throw new Error('no trial was drawn');
    const packed = packTrials([trial, trial]);
    expect(packedTrialsSchema.safeParse(packed).success).toBe(true);
    expect(packedTrialsSchema.safeParse({ ...packed, states: new Uint8Array([0]) }).success).toBe(false);
    expect(packedTrialsSchema.safeParse({ ...packed, states: new Uint8Array([0, 77]) }).success).toBe(false);
    expect(packedTrialsSchema.safeParse({ ...packed, hashes: ['one'] }).success).toBe(false);
    const short = { ...packed, decisionCounts: new Uint16Array([9999, 1]) };
    expect(() => unpackTrials(short)).toThrow(RangeError);
  });
});
