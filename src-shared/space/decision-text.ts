import { CellsmithError } from '../errors';
import { largestDepth, mostDecisions, type Decision } from './search-space';

/** An architecture of a search space: its predicted steps and its decisions. */
export interface DecidedArchitecture {
  readonly depth: number;
  readonly decisions: readonly Decision[];
}

/** '2: 1 0 2 [] 1 1 0 [1]': the depth, then each decision: the index of an option, or the bits of an anchor point. */
export function decisionText({ depth, decisions }: DecidedArchitecture): string {
  const words = decisions.map((decision) =>
    typeof decision === 'number' ? String(decision) : `[${decision.join('')}]`,
  );
  return `${depth}: ${words.join(' ')}`;
}

/**
 * Reads what {@link decisionText} writes. Whether the decisions fit a space is for `pointsOf` to check.
 * @throws CellsmithError 'architecture.invalid'
 */
export function parseDecisionText(text: string): DecidedArchitecture {
  const [, depth = '', rest = ''] = /^\s*(\d{1,4})\s*:(.*)$/s.exec(text) ?? [];
  const words = rest.trim().split(/\s+/);
  const decisions = words.map((word): Decision | undefined => {
    if (/^\d{1,4}$/.test(word)) return Number(word);
    return /^\[[01]*\]$/.test(word) ? word.slice(1, -1).split('').map(Number) : undefined;
  });
  const known = decisions.filter((decision) => decision !== undefined);
  if (
    known.length < words.length ||
    known.length > mostDecisions ||
    Number(depth) < 1 ||
    Number(depth) > largestDepth
  )
    throw new CellsmithError(
      'architecture.invalid',
      `'${text.slice(0, 80)}' is no architecture: write its depth and its decisions, such as '2: 1 0 2 [] 1 1 0 [1]'.`,
    );
  return { depth: Number(depth), decisions: known };
}
