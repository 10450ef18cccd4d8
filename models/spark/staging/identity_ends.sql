-- One row per end of a link that no block list takes: the id, and the one that it was seen with.
SELECT
  left_key AS id_key,
  left_type AS id_type,
  right_key AS other_key,
  right_type AS other_type,
  trust
FROM identity_typed
WHERE
  is_blocked = 0
UNION ALL
SELECT
  right_key AS id_key,
  right_type AS id_type,
  left_key AS other_key,
  left_type AS other_type,
  trust
FROM identity_typed
WHERE
  is_blocked = 0
