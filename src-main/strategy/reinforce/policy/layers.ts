/** What may be done to logits before they become probabilities; both off in the paper. */
export interface LogitOptions {
  /** Divides the logits; 1 is off. */
  readonly temperature: number;
  /** C bounds them: C·tanh(logit / temperature); null is off. */
  readonly tanhConstant: number | null;
}

/** Applies temperature and tanh constant in place to the `count` logits at `at`. */
export function boundLogits(logits: Float64Array, at: number, count: number, options: LogitOptions): void {
  const { temperature, tanhConstant } = options;
  if (temperature === 1 && tanhConstant === null) return;
  for (let i = at; i < at + count; i++) {
    const cooled = (logits[i] ?? 0) / temperature;
    logits[i] = tanhConstant === null ? cooled : tanhConstant * Math.tanh(cooled);
  }
}

/** d bounded logit / d logit, from the bounded one. */
function boundedSlope(bounded: number, { temperature, tanhConstant }: LogitOptions): number {
  if (tanhConstant === null) return 1 / temperature;
  const ratio = bounded / tanhConstant;
  return (tanhConstant * (1 - ratio * ratio)) / temperature;
}

/**
 * Softmax over the allowed ones of `count` logits at `at`; the others get probability 0.
 * @returns the logarithm of the normaliser: ln P(k) = logit k − it
 */
export function softmax(
  logits: Float64Array,
  probabilities: Float64Array,
  at: number,
  count: number,
  allowed: readonly boolean[] | undefined,
): number {
  let largest = -Infinity;
  for (let k = 0; k < count; k++) {
    if (allowed === undefined || allowed[k] === true) largest = Math.max(largest, logits[at + k] ?? 0);
  }
  let sum = 0;
  for (let k = 0; k < count; k++) {
    const open = allowed === undefined || allowed[k] === true;
    const weight = open ? Math.exp((logits[at + k] ?? 0) - largest) : 0;
    probabilities[at + k] = weight;
    sum += weight;
  }
  for (let k = at; k < at + count; k++) probabilities[k] = (probabilities[k] ?? 0) / sum;
  return largest + Math.log(sum);
}

/** Entropy of a softmax, nats. */
export function softmaxEntropy(
  logits: Float64Array,
  probabilities: Float64Array,
  at: number,
  count: number,
  logNormaliser: number,
): number {
  let expected = 0;
  for (let k = at; k < at + count; k++) {
    const probability = probabilities[k] ?? 0;
    if (probability > 0) expected += probability * (logits[k] ?? 0);
  }
  return logNormaliser - expected;
}

/**
 * Gradient of `logWeight · ln P(chosen) + entropyWeight · entropy` of a softmax by its logits before {@link boundLogits}.
 * @param dLogits receives `count` numbers from index 0
 */
export function softmaxGradient(
  logits: Float64Array,
  probabilities: Float64Array,
  at: number,
  count: number,
  logNormaliser: number,
  chosen: number,
  logWeight: number,
  entropyWeight: number,
  options: LogitOptions,
  dLogits: Float64Array,
): void {
  const entropy = entropyWeight === 0 ? 0 : softmaxEntropy(logits, probabilities, at, count, logNormaliser);
  for (let k = 0; k < count; k++) {
    const probability = probabilities[at + k] ?? 0;
    const logit = logits[at + k] ?? 0;
    let slope = logWeight * ((k === chosen ? 1 : 0) - probability);
    if (entropyWeight !== 0 && probability > 0)
      slope -= entropyWeight * probability * (logit - logNormaliser + entropy);
    // A masked option has no probability whatever its logit.
    dLogits[k] = probability > 0 || k === chosen ? slope * boundedSlope(logit, options) : 0;
  }
}

/** ln σ(logit) of a bit that is 1, ln(1 − σ(logit)) of one that is 0, without overflow. */
export function logBernoulli(logit: number, bit: number): number {
  const signed = bit === 1 ? logit : -logit;
  return signed >= 0 ? -Math.log1p(Math.exp(-signed)) : signed - Math.log1p(Math.exp(signed));
}

/** Entropy of a Bernoulli with the given logit, nats. */
export function bernoulliEntropy(logit: number, probability: number): number {
  return -probability * logBernoulli(logit, 1) - (1 - probability) * logBernoulli(logit, 0);
}

/** Gradient of `logWeight · ln P(bit) + entropyWeight · entropy` by the logit before {@link boundLogits}. */
export function bernoulliGradient(
  logit: number,
  probability: number,
  bit: number,
  logWeight: number,
  entropyWeight: number,
  options: LogitOptions,
): number {
  const slope = logWeight * (bit - probability) - entropyWeight * logit * probability * (1 - probability);
  return slope * boundedSlope(logit, options);
}

/** The index that a uniform draw in [0, 1) falls on; never one of probability 0. */
export function sampleIndex(probabilities: Float64Array, at: number, count: number, draw: number): number {
  let cumulative = 0;
  let last = 0;
  for (let k = 0; k < count; k++) {
    const probability = probabilities[at + k] ?? 0;
    if (probability === 0) continue;
    cumulative += probability;
    last = k;
    if (draw < cumulative) return k;
  }
  return last; // the probabilities summed to a hair less than 1
}

/** The logistic function. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** tanh by one exponential: exact to 1e-16 absolutely, and twice as fast as Math.tanh. */
function fastTanh(x: number): number {
  return 1 - 2 / (Math.exp(2 * x) + 1);
}

/**
 * The pointwise half of an LSTM cell (no peepholes), gates in the order input, forget, candidate, output:
 * c = σ(f)·c_prev + σ(i)·tanh(g), h = σ(o)·tanh(c).
 * @param gates [units, 4]: pre-activations on entry, activations on return
 * @param c cell states of the sequence; the previous one at `previousAt`, the new one is written at `at`
 * @param h hidden states; written at `at`
 * @param tanhC tanh of the new cell state, kept for the gradient; written at `tanhAt`
 */
export function cellForward(
  units: number,
  gates: Float64Array,
  gatesAt: number,
  c: Float64Array,
  previousAt: number,
  at: number,
  h: Float64Array,
  tanhC: Float64Array,
  tanhAt: number,
): void {
  for (let u = 0, z = gatesAt; u < units; u++, z += 4) {
    const input = sigmoid(gates[z] ?? 0);
    const forget = sigmoid(gates[z + 1] ?? 0);
    const candidate = fastTanh(gates[z + 2] ?? 0);
    const output = sigmoid(gates[z + 3] ?? 0);
    const cell = forget * (c[previousAt + u] ?? 0) + input * candidate;
    const squashed = fastTanh(cell);
    gates[z] = input;
    gates[z + 1] = forget;
    gates[z + 2] = candidate;
    gates[z + 3] = output;
    c[at + u] = cell;
    tanhC[tanhAt + u] = squashed;
    h[at + u] = output * squashed;
  }
}

/**
 * The gradient of {@link cellForward}.
 * @param dh gradient of the new hidden state, [units] at `dhAt`
 * @param dc gradient of the new cell state that later steps sent back, [units] at `dcAt`; on return that of the previous one
 * @param dz receives the gradient of the pre-activations, [units, 4] at `dzAt`
 */
export function cellBackward(
  units: number,
  gates: Float64Array,
  gatesAt: number,
  c: Float64Array,
  previousAt: number,
  tanhC: Float64Array,
  tanhAt: number,
  dh: Float64Array,
  dhAt: number,
  dc: Float64Array,
  dcAt: number,
  dz: Float64Array,
  dzAt: number,
): void {
  for (let u = 0, g = gatesAt, z = dzAt; u < units; u++, g += 4, z += 4) {
    const input = gates[g] ?? 0;
    const forget = gates[g + 1] ?? 0;
    const candidate = gates[g + 2] ?? 0;
    const output = gates[g + 3] ?? 0;
    const squashed = tanhC[tanhAt + u] ?? 0;
    const dHidden = dh[dhAt + u] ?? 0;
    const dCell = (dc[dcAt + u] ?? 0) + dHidden * output * (1 - squashed * squashed);
    dz[z] = dCell * candidate * input * (1 - input);
    dz[z + 1] = dCell * (c[previousAt + u] ?? 0) * forget * (1 - forget);
    dz[z + 2] = dCell * input * (1 - candidate * candidate);
    dz[z + 3] = dHidden * squashed * output * (1 - output);
    dc[dcAt + u] = dCell * forget;
  }
}
