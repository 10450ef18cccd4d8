-- One row per fault of one event.
SELECT
  $journey AS journey,
  ids.journey_id,
  faults.kind,
  COALESCE(map_names.name, e.activity) AS touchpoint,
  CAST(NULL AS STRING) AS block,
  timestamp_micros(faults.at_us) AS occurred_at,
  e.event_id,
  faults.position,
  CAST(NULL AS DOUBLE) AS wait_s,
  CAST(NULL AS DOUBLE) AS promised_s,
  map_names.phase,
  map_names.owner,
  e.channel
FROM event_faults AS faults
JOIN journey_ids AS ids
  ON ids.journey_key = faults.journey_key
JOIN events AS e
  ON e.event_key = faults.event_key
LEFT JOIN map_names
  ON map_names.code = faults.code
ORDER BY
  faults.journey_key NULLS LAST,
  faults.position NULLS LAST,
  faults.kind NULLS LAST
