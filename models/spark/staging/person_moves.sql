-- One row per pair of persons, one before this run and one after it under another name, that share an id.
SELECT
  former.person_id AS from_person_id,
  latter.person_id AS to_person_id
FROM person_keys AS former
JOIN $latter AS latter
  ON latter.id_key = former.id_key
WHERE
  former.rule = $rule AND former.person_id <> latter.person_id
GROUP BY
  former.person_id,
  latter.person_id
