/** Runs on text: perplexities of epochs, and a measure of trials that is an accuracy or a perplexity. */
export const text = `
ALTER TABLE trials RENAME COLUMN validation_accuracy TO measure;

-- A perplexity past all numbers is null.
CREATE TABLE language_epochs (
  trial INTEGER NOT NULL REFERENCES trials (number),
  epoch INTEGER NOT NULL,
  train_perplexity REAL,
  validation_perplexity REAL,
  learning_rate REAL NOT NULL,
  seconds REAL NOT NULL,
  PRIMARY KEY (trial, epoch)
) STRICT, WITHOUT ROWID;
`;
