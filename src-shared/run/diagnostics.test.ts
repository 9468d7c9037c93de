import { describe, expect, it } from 'vitest';
import { diagnosticSummaries, spreadOf } from './figures';

const updates = [{ staleness: 3 }, {}, { staleness: 0 }, { staleness: 6 }].map((diagnostics) => ({
  diagnostics,
}));

describe('a number that updates report', () => {
  it('is summed up by its mean and its maximum, over the updates that have it', () => {
    expect(spreadOf(updates, 'staleness')).toEqual({ mean: 3, most: 6 });
    expect(spreadOf(updates, 'entropy')).toBeNull();
    expect(spreadOf([], 'staleness')).toBeNull();
  });

  it('is said in words where the strategy has it summarised', () => {
    expect(diagnosticSummaries('reinforce', updates)).toEqual([
      'staleness 3.0 updates on average, at most 6',
    ]);
    expect(diagnosticSummaries('reinforce', [{ diagnostics: { staleness: 0 } }])).toEqual([]);
    expect(diagnosticSummaries('random', updates)).toEqual([]);
    expect(diagnosticSummaries('of a later release', updates)).toEqual([]);
  });
});
