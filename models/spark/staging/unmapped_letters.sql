-- One row per activity inside journeys that the map does not know: its letter, beyond all codes of the map.
WITH found AS (
  SELECT DISTINCT
    e.activity
  FROM journey_steps
  JOIN events AS e
    ON e.event_key = journey_steps.event_key
  WHERE
    journey_steps.code IS NULL
)
SELECT
  activity,
  4096 + CAST(CAST(ROW_NUMBER() OVER (ORDER BY activity NULLS LAST) AS BIGINT) AS INT) AS letter
FROM found
