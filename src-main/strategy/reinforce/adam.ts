/** Adam's memory of a vector of parameters (Kingma & Ba, 2015). */
export interface Adam {
  readonly learningRate: number;
  /** Moving averages of the gradient and of its square. */
  readonly mean: Float64Array;
  readonly square: Float64Array;
  /** Steps taken. */
  steps: number;
}

const decayOfMean = 0.9;
const decayOfSquare = 0.999;
const epsilon = 1e-8;

export function createAdam(size: number, learningRate: number): Adam {
  return { learningRate, mean: new Float64Array(size), square: new Float64Array(size), steps: 0 };
}

/** Moves the parameters down the gradient, by PyTorch's formula: ε is added to √v̂, after the bias correction. */
export function adamStep(adam: Adam, parameters: Float64Array, gradient: Float64Array): void {
  adam.steps += 1;
  const { mean, square } = adam;
  const rate = adam.learningRate / (1 - decayOfMean ** adam.steps);
  const correction = Math.sqrt(1 - decayOfSquare ** adam.steps);
  for (let i = 0; i < parameters.length; i++) {
    const slope = gradient[i] ?? 0;
    const m = decayOfMean * (mean[i] ?? 0) + (1 - decayOfMean) * slope;
    const v = decayOfSquare * (square[i] ?? 0) + (1 - decayOfSquare) * slope * slope;
    mean[i] = m;
    square[i] = v;
    parameters[i] = (parameters[i] ?? 0) - (rate * m) / (Math.sqrt(v) / correction + epsilon);
  }
}
