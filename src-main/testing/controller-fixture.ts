import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { decisionSchema } from '../../src-shared/run/trial';
import type { DecisionPoint, SearchSpace } from '../../src-shared/search-space';
import { createPolicy, score, useParameters, type Walk } from '../strategy/reinforce/policy/policy';
import { createBackward } from '../strategy/reinforce/policy/backward';
import { addPolicyGradient } from '../strategy/reinforce/policy/policy-gradient';

const numbers = z.array(z.number());
const pointSchema = z.union([
  z.strictObject({
    kind: z.literal('choice'),
    name: z.string(),
    layer: z.int(),
    options: z.int(),
    allowed: z.array(z.boolean()).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('anchor'),
    name: z.literal('anchorPoint'),
    layer: z.int(),
    candidates: z.array(z.int()),
  }),
]);
const walkSchema = z.strictObject({
  points: z.array(pointSchema),
  decisions: z.array(decisionSchema),
  weight: z.number(),
  logProbabilities: numbers,
  entropies: numbers,
});
const caseSchema = z.strictObject({
  title: z.string(),
  vocabulary: z.record(z.string(), z.int()),
  hasAnchors: z.boolean(),
  hidden: z.int(),
  layers: z.int(),
  scale: z.number(),
  entropyWeight: z.number(),
  temperature: z.number(),
  tanhConstant: z.number().nullable(),
  walks: z.array(walkSchema),
  /** All of it, or 64 sums over it: Σ_i cos((k + 1) i) · gradient_i. */
  gradient: numbers.exactOptional(),
  gradientSums: numbers.exactOptional(),
});
type PolicyCase = z.infer<typeof caseSchema>;

const fixtureSchema = z.strictObject({
  policies: z.array(caseSchema),
  adam: z.strictObject({
    learningRate: z.number(),
    start: numbers,
    gradients: z.array(numbers),
    after: z.array(numbers),
  }),
});

/** What controller.py wrote: here, or in the committed file. */
export function readFixture(
  file: string | URL = new URL('../strategy/reinforce/controller.json', import.meta.url),
): z.infer<typeof fixtureSchema> {
  return fixtureSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** What our policy makes of a case, in the form in which PyTorch's answer is stored. */
export function evaluateCase(policyCase: PolicyCase): {
  readonly walks: readonly Walk[];
  readonly gradient: readonly number[];
} {
  const { walks, hidden, entropyWeight } = policyCase;
  const policy = createPolicy(spaceOf(policyCase), { ...policyCase, hiddenUnits: hidden });
  useParameters(
    policy,
    new Float64Array(policy.layout.size).map((_, i) => policyCase.scale * Math.sin(((i * i) % 1013) + i)),
  );
  const gradient = new Float64Array(policy.layout.size);
  const batch = walks.map(({ decisions, weight }, depth) => ({ depth, decisions, weight }));
  addPolicyGradient(policy, createBackward(policy), batch, entropyWeight, gradient);
  return {
    walks: batch.map(({ depth, decisions }) => score(policy, depth, decisions)),
    gradient: policyCase.gradientSums
      ? policyCase.gradientSums.map((_, k) =>
          gradient.reduce((sum, slope, i) => sum + Math.cos((k + 1) * i) * slope, 0),
        )
      : [...gradient],
  };
}

/** A space that holds the walks of the case alone: `depth` says which. */
function spaceOf({ vocabulary, hasAnchors, walks }: PolicyCase): SearchSpace {
  const options = (count: number): number[] => Array.from({ length: count }, (_, option) => option);
  return {
    vocabulary: Object.fromEntries(Object.entries(vocabulary).map(([name, count]) => [name, options(count)])),
    hasAnchors,
    next(decisions, depth): DecisionPoint | undefined {
      const point = walks[depth]?.points[decisions.length];
      return point?.kind === 'choice' ? { ...point, options: options(point.options) } : point;
    },
  };
}
