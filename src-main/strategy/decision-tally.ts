import type { DecisionProbabilities } from '../../src-shared/run/run-event';
import type { DecisionPoint } from '../../src-shared/search-space';

/** What a batch's decisions come to: how undecided the strategy was in each kind, and what it leaned to at each decision point. */
export interface DecisionSummary {
  /** Mean entropy of the decisions of each name, nats, as 'entropy.name'; of anchor points, a link. */
  readonly entropies: Readonly<Record<string, number>>;
  /** Mean over the batch, in the order in which the points were first met. */
  readonly probabilities: readonly DecisionProbabilities[];
}

/** The distributions along one sampled architecture. */
interface WalkDistributions {
  readonly probabilities: readonly (readonly number[])[];
  /** Nats, one a point. */
  readonly entropies: readonly number[];
}

interface PointTotal {
  readonly name: string;
  readonly layer: number;
  count: number;
  readonly sums: number[];
}

/** Adds up the distributions that the architectures of a batch were sampled from. */
export interface DecisionTally {
  readonly add: (points: readonly DecisionPoint[], walk: WalkDistributions) => void;
  readonly summary: () => DecisionSummary;
}

/**
 * The tally of a batch. A point's distribution depends on the decisions before it, so its mean over the batch is an estimate of the
 * strategy's leaning there; points that only some architectures have are averaged over those.
 */
export function decisionTally(): DecisionTally {
  const kinds = new Map<string, { entropy: number; count: number }>();
  const totals = new Map<string, PointTotal>();
  return {
    add: (points, { probabilities, entropies }) => {
      for (const [step, point] of points.entries()) {
        const distribution = probabilities[step] ?? [];
        // The anchor point of the first layer has nothing to decide.
        if (distribution.length === 0) continue;
        const kind = kinds.get(point.name) ?? { entropy: 0, count: 0 };
        kind.entropy += entropies[step] ?? 0;
        kind.count += point.kind === 'anchor' ? point.candidates.length : 1;
        kinds.set(point.name, kind);
        const key = `${point.name} ${point.layer}`;
        const total = totals.get(key) ?? { name: point.name, layer: point.layer, count: 0, sums: [] };
        total.count += 1;
        for (const [option, probability] of distribution.entries())
          total.sums[option] = (total.sums[option] ?? 0) + probability;
        totals.set(key, total);
      }
    },
    summary: () => ({
      entropies: Object.fromEntries(
        [...kinds].map(([name, { entropy, count }]) => [`entropy.${name}`, entropy / count]),
      ),
      probabilities: [...totals.values()].map(({ name, layer, count, sums }) => ({
        name,
        layer,
        probabilities: sums.map((sum) => sum / count),
      })),
    }),
  };
}
