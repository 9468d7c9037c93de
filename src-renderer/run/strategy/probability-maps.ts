import { sentenceCase } from '../../../src-shared/config/strategies/strategies';
import type { DecisionProbabilities } from '../../../src-shared/run/run-event';
import type { OptionValue, Vocabulary } from '../../../src-shared/space/search-space';

/** The probabilities of one kind of decision: a row for each place where it is made, a column for each option. */
export interface ProbabilityMap {
  readonly name: string;
  readonly title: string;
  /** What the rows are: 'Layer', 'Node'; null where there is one row. */
  readonly rowHead: string | null;
  readonly columns: readonly OptionValue[];
  /** Null where the place has no such option: no link to a layer that comes later. */
  readonly rows: readonly { readonly place: number; readonly probabilities: readonly (number | null)[] }[];
}

/**
 * Mean decision probabilities, kind by kind in the order of the decisions.
 * @param place what a row is called
 */
export function probabilityMaps(
  points: readonly DecisionProbabilities[],
  vocabulary: Vocabulary,
  place: 'Layer' | 'Block' | 'Node',
): ProbabilityMap[] {
  const kinds = new Map<string, DecisionProbabilities[]>();
  for (const point of points) kinds.set(point.name, [...(kinds.get(point.name) ?? []), point]);
  return [...kinds].map(([name, of]) => {
    const rows = of.toSorted((a, b) => a.layer - b.layer);
    const options = vocabulary[name];
    const width = Math.max(...rows.map(({ probabilities }) => probabilities.length));
    return {
      name,
      title: options === undefined ? `${sentenceCase(name)}: link from layer` : sentenceCase(name),
      rowHead: rows.length === 1 && options !== undefined ? null : place,
      columns: options ?? Array.from({ length: width }, (_, index) => index + 1),
      rows: rows.map(({ layer, probabilities }) => ({
        place: layer,
        probabilities: Array.from(
          { length: options?.length ?? width },
          (_, index) => probabilities[index] ?? null,
        ),
      })),
    };
  });
}
