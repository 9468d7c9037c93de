import { z } from 'zod';
import type { Decision, DecisionPoint, SearchSpace } from '../search-space';

const optionSchema = z.union([z.number(), z.string().max(64)]);
const bit = z.int().min(0).max(1);
/** Of a decision as a whole: of an anchor point, of all its bits together. Nats, never above 0. */
const logProbability = z.number().max(0).nullable();

/** One decision of the controller without its search space: the options, and the one that it chose. */
export const tokenSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('choice'),
      /** 'filterHeight', 'combination', … */
      name: z.string().min(1).max(64),
      /** The layer or block of layers (from 1; 0 for the network as a whole) or the node of a cell (from 0). */
      layer: z.int().min(0),
      options: z.array(optionSchema).min(1).max(4096),
      /** Index of the chosen option. */
      choice: z.int().min(0),
      logProbability,
    })
    .refine(({ options, choice }) => choice < options.length, {
      path: ['choice'],
      message: 'must be the index of one of the options',
    }),
  z
    .strictObject({
      kind: z.literal('anchor'),
      layer: z.int().min(1),
      /** Layers that could be linked to. */
      candidates: z.array(z.int().min(1)).max(4096),
      /** 1 for those that were. */
      choice: z.array(bit).max(4096),
      logProbability,
    })
    .refine(({ candidates, choice }) => choice.length === candidates.length, {
      path: ['choice'],
      message: 'must hold one bit for each candidate',
    }),
]);
export type Token = z.infer<typeof tokenSchema>;

/**
 * The decisions of a trial in the order in which the policy made them, each with the natural logarithm of its probability when it
 * was sampled.
 */
export function tokensOf(
  space: SearchSpace,
  depth: number,
  decisions: readonly Decision[],
  logProbabilities: readonly number[],
): Token[] {
  const points: DecisionPoint[] = [];
  return decisions.flatMap((decision, position): Token[] => {
    const point = space.next(decisions.slice(0, position), depth);
    if (point === undefined) return [];
    points.push(point);
    // Rounding may leave a sure decision a hair above 1.
    const known = logProbabilities[position];
    const logProbability = known === undefined ? null : Math.min(0, known);
    if (point.kind === 'choice')
      return typeof decision === 'number'
        ? [
            {
              kind: 'choice',
              name: point.name,
              layer: point.layer,
              options: [...point.options],
              choice: decision,
              logProbability,
            },
          ]
        : [];
    return typeof decision === 'number'
      ? []
      : [
          {
            kind: 'anchor',
            layer: point.layer,
            candidates: point.candidates.map((candidate) => points[candidate]?.layer ?? 0),
            choice: [...decision],
            logProbability,
          },
        ];
  });
}

/** ln of the probability of a token under uniform draws: what it would be without anything learnt. */
export function chanceOf(token: Token): number {
  return token.kind === 'choice' ? -Math.log(token.options.length) : -token.candidates.length * Math.LN2;
}

/** The layers that an anchor point links to. */
function linkedLayers(token: Token & { kind: 'anchor' }): number[] {
  return token.candidates.filter((_, index) => token.choice[index] === 1);
}

const ofCell = new Set(['combination', 'activation']);
const tailTexts: Readonly<Record<string, string>> = {
  injectCombination: 'Cell inject, combination',
  injectActivation: 'Cell inject, activation',
  readNode: 'Cell index, c_t is read at',
  injectedNode: 'Cell index, c_{t−1} is injected at',
};

/**
 * What was decided: 'Layer 3, filter height', 'Node 4, activation', 'Cell inject, combination'.
 * @param step what a predicted step is called: one of a space with blocks makes several layers
 */
export function tokenText(token: Token, step: 'Layer' | 'Block'): string {
  if (token.kind === 'anchor') return `${step} ${token.layer}, anchor point`;
  const tail = tailTexts[token.name];
  if (tail !== undefined) return tail;
  const words = token.name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if (ofCell.has(token.name)) return `Node ${token.layer}, ${words}`;
  return token.layer === 0 ? `Network, ${words}` : `${step} ${token.layer}, ${words}`;
}

/** What was chosen: '7', 'tanh', 'takes 1, 3'. */
export function chosenText(token: Token): string {
  if (token.kind === 'choice') {
    const chosen = token.options[token.choice];
    return token.name === 'readNode' || token.name === 'injectedNode'
      ? `node ${String(chosen)}`
      : String(chosen);
  }
  const linked = linkedLayers(token);
  if (token.candidates.length === 0) return 'none to take';
  return linked.length === 0 ? 'takes none' : `takes ${linked.join(', ')}`;
}
