-- One row per pair of numbers that a record of a merge says are one person's.
SELECT DISTINCT
  LEAST(left_key, right_key) AS low,
  GREATEST(left_key, right_key) AS high
FROM identity_typed
WHERE
  is_merge = 1 AND left_key <> right_key
