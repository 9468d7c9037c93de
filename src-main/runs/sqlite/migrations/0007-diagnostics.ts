/** What a strategy reports of an update becomes an open record, in place of a column for each number of REINFORCE. */
export const diagnostics = `
-- As JSON: numbers by the strategy's keys.
ALTER TABLE controller_updates ADD COLUMN diagnostics TEXT NOT NULL DEFAULT '{}';

-- 17 digits give a double back to the bit. Random search stored zeros for a gradient that it did not have.
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
`;
