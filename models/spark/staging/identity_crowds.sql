-- One row per id that was seen with more people than some rule allows: under which rules it still tells who somebody is.
SELECT
  id_key,
  MIN(is_strict) AS is_strict,
  MIN(is_default) AS is_default,
  MIN(is_loose) AS is_loose
FROM identity_fans
WHERE
  is_owned = 1
GROUP BY
  id_key
HAVING
  MIN(is_strict) + MIN(is_default) + MIN(is_loose) < 3
