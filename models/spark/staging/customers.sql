-- One row per entity that converted: when it first did, in which journey, and when it next did, if ever.
WITH conversions AS (
  SELECT
    entity_key,
    journey_key,
    goal_us,
    CAST(ROW_NUMBER() OVER (PARTITION BY entity_key ORDER BY goal_us NULLS LAST, episode NULLS LAST) AS BIGINT) AS nth
  FROM journey_states
  WHERE
    status = 'converted'
), again AS (
  SELECT
    entity_key,
    MIN(goal_us) AS again_us
  FROM conversions
  WHERE
    nth > 1
  GROUP BY
    entity_key
)
SELECT
  firsts.entity_key,
  firsts.journey_key,
  firsts.goal_us AS start_us,
  again.again_us
FROM conversions AS firsts
LEFT JOIN again
  ON again.entity_key = firsts.entity_key
WHERE
  firsts.nth = 1
