/**
 * Products on flat vectors. Matrices are [rows, columns], row by row; the four gates of a cell lie innermost
 * ([unit, input, gate]), so that one load of an input serves four products and a unit's gates are one run of memory.
 * `?? 0` is for the type checker alone: the indices are in range, and the compiled loop has no trace of it.
 */

/** y[r] += Σ_c matrix[r, c] · x[c] */
export function addProduct(
  matrix: Float64Array,
  matrixAt: number,
  rows: number,
  columns: number,
  x: Float64Array,
  xAt: number,
  y: Float64Array,
  yAt: number,
): void {
  let w = matrixAt;
  for (let r = 0; r < rows; r++) {
    let sum = y[yAt + r] ?? 0;
    for (let c = 0; c < columns; c++, w++) sum += (matrix[w] ?? 0) * (x[xAt + c] ?? 0);
    y[yAt + r] = sum;
  }
}

/** dx[c] += Σ_r matrix[r, c] · dy[r] */
export function addTransposedProduct(
  matrix: Float64Array,
  matrixAt: number,
  rows: number,
  columns: number,
  dy: Float64Array,
  dyAt: number,
  dx: Float64Array,
  dxAt: number,
): void {
  let w = matrixAt;
  for (let r = 0; r < rows; r++) {
    const d = dy[dyAt + r] ?? 0;
    for (let c = 0; c < columns; c++, w++) dx[dxAt + c] = (dx[dxAt + c] ?? 0) + (matrix[w] ?? 0) * d;
  }
}

/** dMatrix[r, c] += dy[r] · x[c] */
export function addOuterProduct(
  dMatrix: Float64Array,
  dMatrixAt: number,
  rows: number,
  columns: number,
  dy: Float64Array,
  dyAt: number,
  x: Float64Array,
  xAt: number,
): void {
  let w = dMatrixAt;
  for (let r = 0; r < rows; r++) {
    const d = dy[dyAt + r] ?? 0;
    for (let c = 0; c < columns; c++, w++) dMatrix[w] = (dMatrix[w] ?? 0) + d * (x[xAt + c] ?? 0);
  }
}

/** target[i] += source[i] */
export function addVector(
  source: Float64Array,
  sourceAt: number,
  length: number,
  target: Float64Array,
  targetAt: number,
): void {
  for (let i = 0; i < length; i++)
    target[targetAt + i] = (target[targetAt + i] ?? 0) + (source[sourceAt + i] ?? 0);
}

/** z[u, g] += Σ_k weights[u, k, g] · x[k] */
export function addGates(
  weights: Float64Array,
  weightsAt: number,
  units: number,
  inputs: number,
  x: Float64Array,
  xAt: number,
  z: Float64Array,
  zAt: number,
): void {
  let w = weightsAt;
  const zEnd = zAt + 4 * units;
  const xEnd = xAt + inputs;
  for (let u = zAt; u < zEnd; u += 4) {
    let a = z[u] ?? 0;
    let b = z[u + 1] ?? 0;
    let c = z[u + 2] ?? 0;
    let d = z[u + 3] ?? 0;
    for (let k = xAt; k < xEnd; k++) {
      const input = x[k] ?? 0;
      a += (weights[w] ?? 0) * input;
      b += (weights[w + 1] ?? 0) * input;
      c += (weights[w + 2] ?? 0) * input;
      d += (weights[w + 3] ?? 0) * input;
      w += 4;
    }
    z[u] = a;
    z[u + 1] = b;
    z[u + 2] = c;
    z[u + 3] = d;
  }
}

/** dx[k] += Σ_u,g weights[u, k, g] · dz[u, g] */
export function addGatesTransposed(
  weights: Float64Array,
  weightsAt: number,
  units: number,
  inputs: number,
  dz: Float64Array,
  dzAt: number,
  dx: Float64Array,
  dxAt: number,
): void {
  let w = weightsAt;
  const dzEnd = dzAt + 4 * units;
  const dxEnd = dxAt + inputs;
  for (let u = dzAt; u < dzEnd; u += 4) {
    const a = dz[u] ?? 0;
    const b = dz[u + 1] ?? 0;
    const c = dz[u + 2] ?? 0;
    const d = dz[u + 3] ?? 0;
    for (let k = dxAt; k < dxEnd; k++) {
      dx[k] =
        (dx[k] ?? 0) +
        (weights[w] ?? 0) * a +
        (weights[w + 1] ?? 0) * b +
        (weights[w + 2] ?? 0) * c +
        (weights[w + 3] ?? 0) * d;
      w += 4;
    }
  }
}

/**
 * dWeights[u, k, g] += Σ_t dz[t, u, g] · x[t, k]: the weights' gradient of a whole sequence at once, so that sums stay in
 * registers in place of being added to memory step by step.
 * @param scratch at least 4 · steps numbers
 */
export function addGatesOuter(
  dWeights: Float64Array,
  dWeightsAt: number,
  units: number,
  inputs: number,
  dz: Float64Array,
  dzAt: number,
  x: Float64Array,
  xAt: number,
  steps: number,
  scratch: Float64Array,
): void {
  let w = dWeightsAt;
  for (let u = 0; u < units; u++) {
    for (let t = 0, from = dzAt + 4 * u, to = 0; t < steps; t++, from += 4 * units, to += 4) {
      scratch[to] = dz[from] ?? 0;
      scratch[to + 1] = dz[from + 1] ?? 0;
      scratch[to + 2] = dz[from + 2] ?? 0;
      scratch[to + 3] = dz[from + 3] ?? 0;
    }
    // Two inputs at a time: the four gates are loaded once for both.
    let k = 0;
    for (; k + 1 < inputs; k += 2, w += 8) {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      let e = 0;
      let f = 0;
      let g = 0;
      let h = 0;
      for (let t = 0, s = 0, from = xAt + k; t < steps; t++, s += 4, from += inputs) {
        const first = x[from] ?? 0;
        const second = x[from + 1] ?? 0;
        const inputGate = scratch[s] ?? 0;
        const forget = scratch[s + 1] ?? 0;
        const candidate = scratch[s + 2] ?? 0;
        const output = scratch[s + 3] ?? 0;
        a += inputGate * first;
        b += forget * first;
        c += candidate * first;
        d += output * first;
        e += inputGate * second;
        f += forget * second;
        g += candidate * second;
        h += output * second;
      }
      dWeights[w] = (dWeights[w] ?? 0) + a;
      dWeights[w + 1] = (dWeights[w + 1] ?? 0) + b;
      dWeights[w + 2] = (dWeights[w + 2] ?? 0) + c;
      dWeights[w + 3] = (dWeights[w + 3] ?? 0) + d;
      dWeights[w + 4] = (dWeights[w + 4] ?? 0) + e;
      dWeights[w + 5] = (dWeights[w + 5] ?? 0) + f;
      dWeights[w + 6] = (dWeights[w + 6] ?? 0) + g;
      dWeights[w + 7] = (dWeights[w + 7] ?? 0) + h;
    }
    if (k === inputs) continue;
    for (let gate = 0; gate < 4; gate++, w++) {
      let sum = dWeights[w] ?? 0;
      for (let t = 0; t < steps; t++) sum += (scratch[4 * t + gate] ?? 0) * (x[xAt + k + t * inputs] ?? 0);
      dWeights[w] = sum;
    }
  }
}
