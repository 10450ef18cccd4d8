-- One row per touchpoint and exit of the map. A ghost is designed, could be seen, and had no event for a long while.
WITH counted AS (
  SELECT
    code,
    COUNT(*) AS events_n,
    COUNT(DISTINCT journey_key) AS journeys_n
  FROM traced_steps
  WHERE
    NOT code IS NULL
  GROUP BY
    code
), heard AS (
  SELECT
    code,
    MAX(last_us) AS last_us
  FROM hourly_events
  WHERE
    NOT code IS NULL
  GROUP BY
    code
)
SELECT
  $journey AS journey,
  map_names.name AS touchpoint,
  map_names.title,
  map_names.phase,
  map_names.code AS place,
  map_names.role,
  map_names.owner,
  map_names.is_optional,
  COALESCE(counted.events_n, 0) AS events_n,
  COALESCE(counted.journeys_n, 0) AS journeys_n,
  timestamp_micros(heard.last_us) AS last_event_at,
  map_names.role IN ('flow', 'anytime')
  AND COALESCE(heard.last_us < $ghost_from_us, TRUE)
  AND NOT (
    $is_blind
  ) AS is_ghost
FROM map_names
LEFT JOIN counted
  ON counted.code = map_names.code
LEFT JOIN heard
  ON heard.code = map_names.code
ORDER BY
  map_names.code NULLS LAST
