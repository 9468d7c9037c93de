import type { RunDetail } from '../../../src-shared/ipc/run-detail';
import type { ListedTrial } from '../../../src-shared/run/trial';
import type { DecisionPoint, OptionValue } from '../../../src-shared/space/search-space';
import { taskView } from '../../tasks';

/** An axis of parallel coordinates: a decision, or a number that a network has. */
export interface DecisionAxis {
  /** Which of the axes: 'filterHeight 3'. */
  readonly key: string;
  /** Axes of one name are shown or hidden together: 'filterHeight'. */
  readonly name: string;
  /** In two lines: 'Layer 3', 'filter height'. */
  readonly label: readonly [string, string];
  /** The options in order; null for an axis of numbers. */
  readonly options: readonly OptionValue[] | null;
  /** For each network the number, or the place of its option; null where it makes no such decision. */
  readonly values: readonly (number | null)[];
}

interface Network {
  readonly run: Pick<RunDetail, 'config'>;
  readonly trial: Pick<ListedTrial, 'depth' | 'decisions'>;
}

/** The decisions of networks as axes, layer after layer; an anchor point is the number of its links. */
export function decisionAxes(networks: readonly Network[]): DecisionAxis[] {
  const axes = new Map<string, Draft>();
  for (const [index, { run, trial }] of networks.entries()) {
    const { space } = run.config;
    const view = taskView(space.kind);
    let position = 0;
    for (const point of view.decisionPoints(space, trial.depth, trial.decisions)) {
      const decision = trial.decisions[position++];
      if (decision === undefined) break;
      // The anchor point of layer 1 only marks it.
      if (point.kind === 'anchor' && point.candidates.length === 0) continue;
      const key = `${point.name} ${point.layer}`;
      let axis = axes.get(key);
      if (axis === undefined)
        axes.set(
          key,
          (axis = {
            key,
            point,
            ...view.placeOf(point),
            options: [],
            from: null,
            places: [],
            values: [],
          }),
        );
      if (point.kind === 'anchor')
        axis.values[index] =
          typeof decision === 'number' ? decision : decision.reduce((sum, bit) => sum + bit, 0);
      else if (typeof decision === 'number') {
        // The networks of a run share their lists of options.
        if (axis.from !== point.options) {
          axis.from = point.options;
          for (const option of point.options) if (!axis.options.includes(option)) axis.options.push(option);
          const { options } = axis;
          axis.places = point.options.map((option) => options.indexOf(option));
        }
        axis.values[index] = axis.places[decision] ?? null;
      }
    }
  }
  return [...axes.values()].sort((a, b) => a.order - b.order).map((axis) => finished(axis, networks.length));
}

interface Draft {
  readonly key: string;
  readonly point: DecisionPoint;
  readonly place: string;
  readonly order: number;
  /** All options, in the order of their first occurrence. */
  readonly options: OptionValue[];
  /** The list that a decision was last picked from, and the indices of its options in `options`. */
  from: readonly OptionValue[] | null;
  places: readonly number[];
  readonly values: (number | null)[];
}

/** Numeric options are sorted. */
function finished({ key, point, place, options, values }: Draft, count: number): DecisionAxis {
  const numbers = options.filter((option) => typeof option === 'number');
  const sorted = numbers.length === options.length ? numbers.sort((a, b) => a - b) : options;
  const places = options.map((option) => (sorted as readonly OptionValue[]).indexOf(option));
  const words =
    point.kind === 'anchor' ? 'links' : point.name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return {
    key,
    name: point.name,
    label: [place, words],
    options: point.kind === 'anchor' ? null : sorted,
    values: Array.from({ length: count }, (_, index) => {
      const value = values[index] ?? null;
      return value === null || point.kind === 'anchor' ? value : (places[value] ?? null);
    }),
  };
}
