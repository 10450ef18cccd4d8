-- One row per id and rule: the person that the id belongs to.
SELECT
  person_keys.rule,
  identifiers.id_type,
  identifiers.id,
  person_keys.person_id
FROM person_keys
JOIN identifiers
  ON identifiers.id_key = person_keys.id_key
