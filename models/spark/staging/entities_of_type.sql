-- One row per id of the type that the map counts per.
SELECT
  id_key,
  id_key AS entity_key,
  id AS entity_id
FROM identifiers
WHERE
  id_type = $per
