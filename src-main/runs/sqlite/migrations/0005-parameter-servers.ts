/** Which parameters each batch was sampled from, and what replicas fetched of the parameter server. */
export const parameterServers = `
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
`;
