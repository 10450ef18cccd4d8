-- One row per event in a journey.
SELECT
  ids.journey_id,
  steps.position,
  e.event_id,
  e.occurred_at,
  map_names.name AS touchpoint,
  e.activity,
  e.channel,
  CASE
    WHEN map_names.role = 'exit'
    THEN NULL
    WHEN steps.code IS NULL OR map_names.role = 'off_map' OR NOT logs.position IS NULL
    THEN 'log'
    ELSE 'sync'
  END AS move,
  e.source
FROM traced_steps AS steps
JOIN journey_ids AS ids
  ON ids.journey_key = steps.journey_key
JOIN events AS e
  ON e.event_key = steps.event_key
LEFT JOIN map_names
  ON map_names.code = steps.code
LEFT JOIN log_steps AS logs
  ON logs.journey_key = steps.journey_key AND logs.position = steps.position
ORDER BY
  steps.journey_key NULLS LAST,
  steps.position NULLS LAST
