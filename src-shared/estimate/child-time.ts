import type { MeasuredChild } from './measurement';

/** Milliseconds of a step as a function of its multiply-adds: what every step costs, and what each multiply-add adds. */
interface Line {
  readonly intercept: number;
  readonly slope: number;
}

/** How long steps and beginnings of children take, by the multiply-adds of a step; milliseconds. */
export interface Pace {
  readonly trainStep: (multiplyAdds: number) => number;
  readonly evaluationStep: (multiplyAdds: number) => number;
  readonly begin: (multiplyAdds: number) => number;
}

/** Fits lines to the measurements. A step costs its multiply-adds plus a constant. */
export function paceOfMeasured(children: readonly MeasuredChild[]): Pace {
  const along = (of: (child: MeasuredChild) => number): ((multiplyAdds: number) => number) => {
    const { intercept, slope } = fitLine(children.map((child) => [child.multiplyAdds, of(child)] as const));
    return (multiplyAdds) => intercept + slope * multiplyAdds;
  };
  return {
    trainStep: along(({ trainStep }) => trainStep),
    evaluationStep: along(({ evaluationStep }) => evaluationStep),
    begin: along(({ begin }) => begin),
  };
}

/**
 * The line with the least squares of relative deviations, neither part of it negative: a large child must not decide what is said
 * of small ones.
 * @param points pairs of an abscissa and a positive ordinate
 */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): Line {
  // Each point weighs 1 / y²: the sums of weighted least squares.
  let [w, wx, wxx, wy, wxy] = [0, 0, 0, 0, 0];
  for (const [x, y] of points) {
    const weight = 1 / (y * y);
    w += weight;
    wx += weight * x;
    wxx += weight * x * x;
    wy += weight * y;
    wxy += weight * x * y;
  }
  const determinant = w * wxx - wx * wx;
  const spread = determinant > 1e-9 * w * wxx;
  const slope = spread ? (w * wxy - wx * wy) / determinant : 0;
  const intercept = spread ? (wxx * wy - wx * wxy) / determinant : 0;
  if (spread && slope >= 0 && intercept >= 0) return { intercept, slope };
  // One part alone: by the multiply-adds, unless steps do not get longer with them.
  if ((spread && slope < 0) || wxx === 0) return { intercept: wy / w, slope: 0 };
  return { intercept: 0, slope: wxy / wxx };
}
