import type { RunDetail } from '../../../src-shared/ipc/run-detail';
import type { ListedTrial } from '../../../src-shared/run/trial';
import type { DecisionPoint, OptionValue } from '../../../src-shared/search-space';
import { viewOfSpace } from '../../tasks';
import type { Range } from '../../charts/figure';

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
    const view = viewOfSpace(space);
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

/** What of an axis is let through: heights from 0 at its foot to 1 at its head. */
export type Brushes = ReadonlyMap<string, Range>;

/** An axis with the heights of its networks. */
export interface DrawnAxis {
  readonly axis: DecisionAxis;
  /** Heights from 0 to 1, NaN where a network has none; by these it is filtered. */
  readonly heights: Float32Array;
  /** The same, with the networks of one option spread over its band, so that a bundle shows how many there are. */
  readonly spread: Float32Array;
}

/** Share of the band of an option over which its networks are spread. */
const bandShare = 0.6;
/** Consecutive multiples of it spread evenly (the golden section). */
const golden = 0.6180339887498949;
/** Up to this many whole numbers get bands, like options. */
const mostBands = 24;

/** Maps the values of an axis to its height. */
interface AxisScale {
  readonly bounds: Range;
  /** Number of bands, one per option or whole number; 0 for numbers without bands. */
  readonly bands: number;
  readonly heightOf: (value: number) => number;
}

export function scaleOf({ options, values }: DecisionAxis): AxisScale {
  if (options !== null) {
    const bands = options.length;
    return { bounds: { min: 0, max: bands - 1 }, bands, heightOf: (value) => (value + 0.5) / bands };
  }
  const bounds = boundsOf(values);
  const { min, max } = bounds;
  const whole = max - min < mostBands && values.every((value) => value === null || Number.isInteger(value));
  const bands = whole ? max - min + 1 : 0;
  return {
    bounds,
    bands,
    heightOf: (value) =>
      whole ? (value - min + 0.5) / bands : max === min ? 0.5 : (value - min) / (max - min),
  };
}

function boundsOf(values: readonly (number | null)[]): Range {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values)
    if (value !== null) {
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  return min <= max ? { min, max } : { min: 0, max: 1 };
}

/** Works out where networks cross an axis. */
export function drawnAxis(axis: DecisionAxis): DrawnAxis {
  const { values } = axis;
  const { bands, heightOf } = scaleOf(axis);
  const heights = new Float32Array(values.length);
  const spread = new Float32Array(values.length);
  for (const [index, value] of values.entries()) {
    const height = value === null ? NaN : heightOf(value);
    heights[index] = height;
    spread[index] = height + (bands === 0 ? 0 : (((index * golden) % 1) - 0.5) * (bandShare / bands));
  }
  return { axis, heights, spread };
}

/** Tick values of an axis with their heights; at most ten. */
export function axisMarks(
  axis: DecisionAxis,
  text: (value: number) => string,
): { height: number; text: string }[] {
  const { bounds, bands, heightOf } = scaleOf(axis);
  const { min, max } = bounds;
  const marks =
    bands > 0
      ? Array.from({ length: bands }, (_, step) => min + step)
      : max === min
        ? [min]
        : [0, 0.25, 0.5, 0.75, 1].map((share) => min + share * (max - min));
  const every = Math.ceil(marks.length / 10);
  return marks
    .filter((_, index) => index % every === 0)
    .map((value) => ({ height: heightOf(value), text: valueText(axis, value, text) }));
}

/** Text of a value of an axis: the option it encodes, or the number. */
export function valueText({ options }: DecisionAxis, value: number, text: (value: number) => string): string {
  return options === null ? text(value) : String(options[value] ?? '–');
}

/** The brush that lets values from one to another through. */
export function brushOf(axis: DecisionAxis, from: number, to: number): Range {
  const { bands, heightOf } = scaleOf(axis);
  const half = bands === 0 ? 1e-6 : 0.5 / bands;
  return { min: heightOf(Math.min(from, to)) - half, max: heightOf(Math.max(from, to)) + half };
}

/** The lowest and the highest value that a brush lets through; null when there is none between its ends. */
export function brushedValues(axis: DecisionAxis, { min, max }: Range): Range | null {
  const { heightOf } = scaleOf(axis);
  const inside = axis.values.filter((value): value is number => {
    const height = value === null ? NaN : heightOf(value);
    return height >= min && height <= max;
  });
  return inside.length === 0 ? null : boundsOf(inside);
}

/** Which networks pass all brushes. A network that has nothing on a brushed axis does not. */
export function passing(axes: readonly DrawnAxis[], brushes: Brushes, count: number): boolean[] {
  const brushed = axes.flatMap(({ axis, heights }) => {
    const range = brushes.get(axis.key);
    return range === undefined ? [] : [{ heights, range }];
  });
  return Array.from({ length: count }, (_, index) =>
    brushed.every(({ heights, range }) => {
      const height = heights[index] ?? NaN;
      return height >= range.min && height <= range.max;
    }),
  );
}

/** The colour of a share from 0 to 1 on a scale of colours, #rrggbb each. */
export function scaleColour(scale: readonly string[], share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (scale.length - 1);
  const low = Math.min(Math.floor(place), scale.length - 2);
  const channels = (colour = '#000000'): number[] =>
    [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const [from, to] = [channels(scale[low]), channels(scale[low + 1])];
  const mixed = from.map((channel, index) =>
    Math.round(channel + (place - low) * ((to[index] ?? 0) - channel)),
  );
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
