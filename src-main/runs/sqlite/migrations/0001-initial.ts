/** The tables of a run. Times are milliseconds since 1970. Lists are JSON text: any SQLite browser shows them. */
export const initial = `
-- What a replica of the controller proposed at one go; it learns from the batch when all of its trials have ended.
CREATE TABLE batches (
  number INTEGER PRIMARY KEY,
  replica INTEGER NOT NULL,
  learned INTEGER NOT NULL DEFAULT 0 CHECK (learned IN (0, 1))
) STRICT;

CREATE TABLE trials (
  number INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL REFERENCES batches (number),
  state TEXT NOT NULL,
  replica INTEGER NOT NULL,
  depth INTEGER NOT NULL,
  decisions TEXT NOT NULL,
  log_probabilities TEXT NOT NULL,
  architecture_hash TEXT NOT NULL,
  parameters INTEGER NOT NULL,
  multiply_adds REAL NOT NULL,
  reward REAL,
  validation_accuracy REAL,
  failure_reason TEXT,
  failure_message TEXT,
  reused_from INTEGER REFERENCES trials (number),
  started_at INTEGER,
  ended_at INTEGER
) STRICT;
CREATE INDEX trials_by_architecture ON trials (architecture_hash, number);
CREATE INDEX trials_by_batch ON trials (batch, number);
CREATE INDEX trials_by_reward ON trials (reward DESC, number);

CREATE TABLE epochs (
  trial INTEGER NOT NULL REFERENCES trials (number),
  epoch INTEGER NOT NULL,
  train_loss REAL NOT NULL,
  train_accuracy REAL NOT NULL,
  validation_loss REAL NOT NULL,
  validation_accuracy REAL NOT NULL,
  learning_rate REAL NOT NULL,
  seconds REAL NOT NULL,
  PRIMARY KEY (trial, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE controller_updates (
  number INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL REFERENCES batches (number),
  replica INTEGER NOT NULL,
  trials TEXT NOT NULL,
  mean_reward REAL NOT NULL,
  baseline REAL,
  gradient_norm REAL NOT NULL,
  entropy REAL NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- The controller's file that belongs to what the tables say: one row, changed in the transaction that it belongs to.
CREATE TABLE checkpoint (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL,
  sha256 TEXT NOT NULL
) STRICT;

-- One for each time that the search ran; ended_at stays empty when the process was killed.
CREATE TABLE sessions (
  number INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  outcome TEXT,
  message TEXT,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  software TEXT NOT NULL
) STRICT;

-- What happened, in order: a follower reads from the last id that it has seen and finds the facts in the other tables.
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  trial INTEGER,
  detail TEXT
) STRICT;
`;
