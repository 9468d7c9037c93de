import { z } from 'zod';

const positive = z.number().positive();

/** What training steps of one child took. Times in milliseconds. */
const measuredChildSchema = z.strictObject({
  parameters: z.number().min(0),
  /** Multiply-adds of a training step's forward pass: of one image or token, times those of the step. */
  multiplyAdds: z.number().min(0),
  /** From the request to the end of the first step: includes building and loading the graph. */
  begin: positive,
  trainStep: positive,
  evaluationStep: positive,
  /** Most memory that the process has held by then, in bytes. */
  memory: positive,
});
export type MeasuredChild = z.infer<typeof measuredChildSchema>;

/** How fast children of a configuration trained on this machine. */
export const measurementSchema = z.strictObject({
  /** That of the data. */
  kind: z.string().max(100),
  /** Engine and machine that it was measured on: others make it void. */
  machine: z.string(),
  trainers: z.strictObject({
    count: z.int().min(1),
    threads: z.int().min(1).nullable(),
    device: z.string(),
  }),
  /** Name of the configuration. */
  name: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  children: z.array(measuredChildSchema).min(1),
});
export type Measurement = z.infer<typeof measurementSchema>;

/** Milliseconds of a step as a function of its multiply-adds: what every step costs, and what each multiply-add adds. */
interface Line {
  readonly intercept: number;
  readonly slope: number;
}

/** How long steps and beginnings of children take, by the multiply-adds of a step; milliseconds. */
interface Pace {
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
