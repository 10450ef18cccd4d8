-- One row per rule and pair of persons, one before this run and one after it, that share an id but not all of them.
-- Only persons of whom an id has moved can have changed, so all others are passed over.
WITH shared AS (
  SELECT
    former.rule,
    former.person_id AS from_person_id,
    latter.person_id AS to_person_id,
    COUNT(*) AS ids_n
  FROM person_keys AS former
  JOIN identity_latter AS latter
    ON latter.id_key = former.id_key
  LEFT JOIN (
    SELECT DISTINCT
      from_person_id AS person_id
    FROM identity_moves
  ) AS lefts
    ON lefts.person_id = former.person_id
  LEFT JOIN (
    SELECT DISTINCT
      to_person_id AS person_id
    FROM identity_moves
  ) AS joined
    ON joined.person_id = latter.person_id
  WHERE
    former.rule = $rule
    AND (
      NOT lefts.person_id IS NULL OR NOT joined.person_id IS NULL
    )
  GROUP BY
    former.rule,
    former.person_id,
    latter.person_id
), parts AS (
  SELECT
    rule,
    from_person_id,
    COUNT(*) AS parts_n
  FROM shared
  GROUP BY
    rule,
    from_person_id
), wholes AS (
  SELECT
    rule,
    to_person_id,
    COUNT(*) AS wholes_n
  FROM shared
  GROUP BY
    rule,
    to_person_id
)
SELECT
  shared.rule,
  CASE
    WHEN parts.parts_n > 1
    THEN 'split'
    WHEN wholes.wholes_n > 1
    THEN 'merge'
    ELSE 'renamed'
  END AS kind,
  shared.from_person_id,
  shared.to_person_id,
  shared.ids_n
FROM shared
JOIN parts
  ON parts.rule = shared.rule AND parts.from_person_id = shared.from_person_id
JOIN wholes
  ON wholes.rule = shared.rule AND wholes.to_person_id = shared.to_person_id
WHERE
  parts.parts_n > 1
  OR wholes.wholes_n > 1
  OR shared.from_person_id <> shared.to_person_id
