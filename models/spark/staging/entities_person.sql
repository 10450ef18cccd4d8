-- One row per id: the person that it belongs to under one rule.
SELECT
  id_key,
  person_key AS entity_key,
  person_id AS entity_id
FROM person_keys
WHERE
  rule = $rule
