-- One row per id and other that it was seen with, ids that were merged into one counted as one.
WITH owned AS (
  SELECT
    ends.id_key,
    ends.id_type,
    CASE WHEN owners.owner_key IS NULL THEN ends.other_key ELSE owners.owner_key END AS other_key,
    ends.other_type,
    ends.trust
  FROM $ends AS ends
  LEFT JOIN identity_owners AS owners
    ON owners.id_key = ends.other_key
)
SELECT
  id_key,
  id_type,
  other_key,
  other_type,
  MIN(trust) AS trust
FROM owned
GROUP BY
  id_key,
  id_type,
  other_key,
  other_type
