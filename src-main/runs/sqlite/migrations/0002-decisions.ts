/** Mean decision probabilities of the controller, per decision. */
export const decisions = `
-- Mean entropy of each kind of decision, as JSON.
ALTER TABLE controller_updates ADD COLUMN entropies TEXT NOT NULL DEFAULT '{}';

-- Apart from the updates: it is large, and read for one update at a time.
CREATE TABLE decision_probabilities (
  update_number INTEGER PRIMARY KEY REFERENCES controller_updates (number),
  points TEXT NOT NULL
) STRICT;
`;
