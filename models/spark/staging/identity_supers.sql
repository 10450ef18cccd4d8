-- One row per id that was seen with so many others that it can be nobody's.
SELECT
  ends.id_key,
  COUNT(*) AS fan_n
FROM $ends AS ends
JOIN (
  SELECT DISTINCT
    id_key
  FROM identity_fans
  WHERE
    fan_n * $types_n > $super_limit
) AS suspects
  ON suspects.id_key = ends.id_key
GROUP BY
  ends.id_key
HAVING
  COUNT(*) > $super_limit
