/** Pauses; children that were trained again, at a smaller batch, or that their user ended. */
export const lifecycle = `
-- Milliseconds of a session that were pauses, and when the pause that lasts began.
ALTER TABLE sessions ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN paused_at INTEGER;

-- How often a child was trained again after a failure, its batch size (null: that of the recipe), and whether its user ended it.
ALTER TABLE trials ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trials ADD COLUMN batch_size INTEGER;
ALTER TABLE trials ADD COLUMN ended_early INTEGER NOT NULL DEFAULT 0 CHECK (ended_early IN (0, 1));
`;
