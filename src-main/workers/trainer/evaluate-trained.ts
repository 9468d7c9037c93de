import type { EvaluationListener } from '../../children/evaluate-child';
import { readSafetensors } from '../../children/safetensors';
import { childTrainings } from '../../tasks/child-trainings';
import type { EvaluationJob } from '../protocol';

/**
 * Evaluates a trained child on the test files of a job, or on the validation part of its text.
 * @returns an accuracy in [0, 1], or a perplexity; null when it is not finite
 * @throws run.damaged when its weights are not those of the child; data.*, engine.*
 */
export async function evaluateTrained(
  job: EvaluationJob,
  listener: EvaluationListener,
): Promise<number | null> {
  const { child, seed, data: trainFolder, test } = job;
  const { tensors: weights } = readSafetensors(job.weights);
  return childTrainings.of(child.kind).evaluate(child, { seed, weights, trainFolder, test }, listener);
}
