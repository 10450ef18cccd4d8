-- One row per event in a journey, but for those that its map does not know and another map designs: they are of another
-- errand. Positions from 0.
SELECT
  steps.journey_key,
  CAST(ROW_NUMBER() OVER (PARTITION BY steps.journey_key ORDER BY steps.position NULLS LAST) AS BIGINT) - 1 AS position,
  steps.at_us,
  steps.event_key,
  steps.code,
  steps.letter
FROM traced_steps AS steps
LEFT JOIN designed_elsewhere AS elsewhere
  ON elsewhere.event_key = steps.event_key AND steps.code IS NULL
WHERE
  elsewhere.event_key IS NULL
