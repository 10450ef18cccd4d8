-- One row per departure from the control flow.
SELECT
  $journey AS journey,
  ids.journey_id,
  CASE WHEN unseen.journey_key IS NULL THEN found.kind ELSE 'unobservable' END AS kind,
  charged.name AS touchpoint,
  blocks.label AS block,
  timestamp_micros(found.at_us) AS occurred_at,
  e.event_id,
  found.position,
  CAST(NULL AS DOUBLE) AS wait_s,
  CAST(NULL AS DOUBLE) AS promised_s,
  COALESCE(charged.phase, blocks.phase) AS phase,
  COALESCE(charged.owner, blocks.owner) AS owner,
  e.channel
FROM flow_departures AS found
JOIN journey_ids AS ids
  ON ids.journey_key = found.journey_key
JOIN events AS e
  ON e.event_key = found.event_key
LEFT JOIN unseen_departures AS unseen
  ON unseen.journey_key = found.journey_key
  AND unseen.departure_no = found.departure_no
LEFT JOIN map_names AS charged
  ON charged.code = found.code
LEFT JOIN map_blocks AS blocks
  ON blocks.block_no = found.block_no
ORDER BY
  found.journey_key NULLS LAST,
  found.position NULLS LAST,
  found.departure_no NULLS LAST
