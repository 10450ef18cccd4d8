-- One row per event of a journey and attribute at which the attribute says something else than before.
WITH said AS (
  SELECT
    attributes.journey_key,
    attributes.position,
    known.value_no,
    LAG(known.value_no) OVER (
      PARTITION BY attributes.journey_key, attributes.name
      ORDER BY attributes.position NULLS LAST
    ) AS before_no
  FROM said_attributes AS attributes
  JOIN said_values AS known
    ON known.name = attributes.name AND known.value = attributes.value
)
SELECT
  said.journey_key,
  said.position,
  said.value_no
FROM said
WHERE
  said.before_no IS NULL OR said.before_no <> said.value_no
