/** Children stopped by the run's early-stopping rule, in addition to those stopped by the user. */
export const endings = `
-- Who ended a child before its last epoch: 'user' or 'rule'; null for one that was not.
ALTER TABLE trials ADD COLUMN ended_by TEXT CHECK (ended_by IN ('user', 'rule'));
UPDATE trials SET ended_by = 'user' WHERE ended_early = 1;
ALTER TABLE trials DROP COLUMN ended_early;
`;
