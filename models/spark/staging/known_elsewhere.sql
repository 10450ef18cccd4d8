-- One row per event in a journey that this map does not know and another map of the workspace does.
SELECT
  e.event_key
FROM traced_steps AS steps
JOIN events AS e
  ON e.event_key = steps.event_key
WHERE
  steps.code IS NULL AND (
    $is_known_elsewhere
  )
