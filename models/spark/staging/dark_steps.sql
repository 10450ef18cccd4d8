-- One row per event in a journey: what kind of place it has on the maps, when it was, and the event before.
SELECT
  steps.journey_key,
  steps.position,
  steps.at_us,
  LAG(steps.at_us) OVER (PARTITION BY steps.journey_key ORDER BY steps.position NULLS LAST) AS before_us,
  CASE
    WHEN NOT steps.code IS NULL
    THEN map_names.role
    WHEN NOT elsewhere.event_key IS NULL
    THEN 'other_map'
    ELSE 'dark'
  END AS place
FROM traced_steps AS steps
LEFT JOIN map_names
  ON map_names.code = steps.code
LEFT JOIN known_elsewhere AS elsewhere
  ON elsewhere.event_key = steps.event_key
