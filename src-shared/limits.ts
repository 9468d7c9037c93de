// What configurations, runs and files may hold at most: far more than searches have, and what can be read whole.

/** The paper's rewards are far smaller; larger ones would carry the controller's sums beyond what a number holds. */
export const largestReward = 1e12;

/** Children of a run at most: lists of them are read whole. The paper's searches have 12,800 to 20,000. */
export const mostTrials = 100_000;

/** Epochs of a training at most. */
export const mostEpochs = 10_000;

/** Images, or rows of text, of a step of training at most. */
export const largestBatchSize = 4096;
