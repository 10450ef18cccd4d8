-- One row per person that one rule makes of other ids than the default rule does, and per person of the default rule
-- with any of those ids (`is_default`): whatever differs between the two rules is about them alone.
WITH pairs AS (
  SELECT
    mine.person_key AS own_key,
    theirs.person_key AS default_key,
    mine.person_id <> theirs.person_id AS is_changed
  FROM person_keys AS mine
  JOIN person_keys AS theirs
    ON theirs.id_key = mine.id_key
  WHERE
    mine.rule = $rule AND theirs.rule = 'default'
), changed AS (
  SELECT DISTINCT
    own_key,
    default_key
  FROM pairs
  WHERE
    is_changed
), theirs AS (
  SELECT DISTINCT
    pairs.default_key
  FROM pairs
  JOIN changed
    ON changed.own_key = pairs.own_key
  UNION
  SELECT
    default_key
  FROM changed
), mine AS (
  SELECT DISTINCT
    pairs.own_key
  FROM pairs
  JOIN theirs
    ON theirs.default_key = pairs.default_key
)
SELECT
  own_key AS entity_key,
  FALSE AS is_default
FROM mine
UNION ALL
SELECT
  default_key AS entity_key,
  TRUE AS is_default
FROM theirs
