-- One row per id that tells nobody: blocked, seen with far too many others, or seen with two people.
SELECT
  id_key
FROM identity_nodes
WHERE
  is_blocked = 1
UNION
SELECT
  id_key
FROM identity_supers
UNION
SELECT
  id_key
FROM identity_fans
WHERE
  is_owned = 1 AND fan_n > 1
