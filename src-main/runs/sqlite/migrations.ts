import { z } from 'zod';
import { CellsmithError } from '../../../src-shared/errors';
import type { Database } from './database';

/**
 * In order; the number of a migration is its position from 1, and the schema version of a database is that of its last one. Times are
 * milliseconds since 1970. Lists are JSON text: any SQLite browser shows them.
 */
export const migrations: readonly string[] = [
  // 1. The tables of a run.
  `
-- What a replica of the controller proposed together; it learns from the batch when all of its trials have ended.
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

-- The controller's checkpoint that matches the tables: one row, updated in the same transaction.
CREATE TABLE checkpoint (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL,
  sha256 TEXT NOT NULL
) STRICT;

-- One for each session of the search; ended_at stays null when the process was killed.
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
`,
  // 2. Mean decision probabilities of the controller, per decision.
  `
-- Mean entropy of each kind of decision, as JSON.
ALTER TABLE controller_updates ADD COLUMN entropies TEXT NOT NULL DEFAULT '{}';

-- Apart from the updates: it is large, and read for one update at a time.
CREATE TABLE decision_probabilities (
  update_number INTEGER PRIMARY KEY REFERENCES controller_updates (number),
  points TEXT NOT NULL
) STRICT;
`,
  // 3. Pauses; children that were retried, trained at a smaller batch, or ended by the user.
  `
-- Milliseconds of a session that were pauses, and when the pause in progress began.
ALTER TABLE sessions ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN paused_at INTEGER;

-- How often a child was retried after a failure, its batch size (null: that of the recipe), and whether the user ended it.
ALTER TABLE trials ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trials ADD COLUMN batch_size INTEGER;
ALTER TABLE trials ADD COLUMN ended_early INTEGER NOT NULL DEFAULT 0 CHECK (ended_early IN (0, 1));
`,
  // 4. Runs on text: perplexities of epochs, and a metric of trials that is an accuracy or a perplexity.
  `
ALTER TABLE trials RENAME COLUMN validation_accuracy TO measure;

-- A perplexity that is not finite is null.
CREATE TABLE language_epochs (
  trial INTEGER NOT NULL REFERENCES trials (number),
  epoch INTEGER NOT NULL,
  train_perplexity REAL,
  validation_perplexity REAL,
  learning_rate REAL NOT NULL,
  seconds REAL NOT NULL,
  PRIMARY KEY (trial, epoch)
) STRICT, WITHOUT ROWID;
`,
  // 5. The parameters that each batch was sampled from, and those that replicas fetched from the parameter server.
  `
-- Updates that the parameters had seen when the replica fetched them for the batch.
ALTER TABLE batches ADD COLUMN parameters_version INTEGER;

-- The same of the gradient, and the updates between fetching the parameters and sending it.
ALTER TABLE controller_updates ADD COLUMN sampled_version INTEGER;
ALTER TABLE controller_updates ADD COLUMN staleness INTEGER;

-- Parameters that batches in flight were sampled from: float64, little-endian. Part of the controller's state, each version stored once.
CREATE TABLE parameter_copies (
  version INTEGER PRIMARY KEY,
  parameters BLOB NOT NULL
) STRICT;
`,
  // 6. Children stopped by the run's early-stopping rule, in addition to those stopped by the user.
  `
-- Who ended a child before its last epoch: 'user' or 'rule'; null when it ran to the end.
ALTER TABLE trials ADD COLUMN ended_by TEXT CHECK (ended_by IN ('user', 'rule'));
UPDATE trials SET ended_by = 'user' WHERE ended_early = 1;
ALTER TABLE trials DROP COLUMN ended_early;
`,
  // 7. The diagnostics of an update become an open record, in place of a column for each number of REINFORCE.
  `
-- As JSON: numbers by the strategy's keys.
ALTER TABLE controller_updates ADD COLUMN diagnostics TEXT NOT NULL DEFAULT '{}';

-- 17 digits restore a double exactly. Random search stored zeros for the gradient that it lacks.
UPDATE controller_updates SET diagnostics = '{"entropy":' || format('%!.17g', entropy)
  || iif(baseline IS NULL, '', ',"baseline":' || format('%!.17g', baseline))
  || iif((SELECT max(gradient_norm) FROM controller_updates) > 0, ',"gradientNorm":' || format('%!.17g', gradient_norm)
    || iif(sampled_version IS NULL, '', ',"sampledVersion":' || sampled_version)
    || iif(staleness IS NULL, '', ',"staleness":' || staleness), '')
  || coalesce((SELECT group_concat(',' || json_quote('entropy.' || key) || ':' || format('%!.17g', value), '')
    FROM json_each(entropies)), '')
  || '}';

ALTER TABLE controller_updates DROP COLUMN baseline;
ALTER TABLE controller_updates DROP COLUMN gradient_norm;
ALTER TABLE controller_updates DROP COLUMN entropy;
ALTER TABLE controller_updates DROP COLUMN entropies;
ALTER TABLE controller_updates DROP COLUMN sampled_version;
ALTER TABLE controller_updates DROP COLUMN staleness;
`,
  // 8. Epochs of kinds of data that have no table with columns for them.
  `
CREATE TABLE epoch_records (
  trial INTEGER NOT NULL REFERENCES trials (number),
  epoch INTEGER NOT NULL,
  -- As JSON.
  record TEXT NOT NULL,
  PRIMARY KEY (trial, epoch)
) STRICT;
`,
  // 9. Results of children's kept weights on the test split, or on validation data averaged over dropout samples.
  `
CREATE TABLE evaluations (
  trial INTEGER NOT NULL REFERENCES trials (number),
  split TEXT NOT NULL CHECK (split IN ('validation', 'test')),
  -- Null where it was not finite.
  metric REAL,
  draws INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (trial, split)
) STRICT;
`,
];

const versionRow = z.strictObject({ user_version: z.int().min(0) });

/** The schema version of an open database; 0 when it is new. */
export function schemaVersion(database: Database): number {
  return database.first('PRAGMA user_version', [], versionRow)?.user_version ?? 0;
}

/**
 * Brings a database to the newest schema, one migration a transaction.
 * @throws CellsmithError 'run.newer-version' when a later release wrote it
 */
export function migrate(database: Database, path: string, steps: readonly string[] = migrations): void {
  refuseNewer(database, path, steps);
  for (let version = schemaVersion(database); version < steps.length; version++) {
    const step = steps[version];
    if (step === undefined) break;
    database.transaction(() => database.script(`${step}; PRAGMA user_version = ${version + 1};`));
  }
}

/** Whether an earlier release wrote the database. */
export function isOlder(database: Database): boolean {
  return schemaVersion(database) < migrations.length;
}

/** @throws CellsmithError 'run.newer-version' when a later release wrote the database */
export function refuseNewer(database: Database, path: string, steps: readonly string[] = migrations): void {
  const version = schemaVersion(database);
  if (version > steps.length)
    throw new CellsmithError(
      'run.newer-version',
      `${path} was written by a newer release of Cellsmith (schema ${version}, this one knows ${steps.length}): ` +
        'install that release to open it.',
    );
}
