-- One row per broken promise, charged to the touchpoint that holds it.
SELECT
  $journey AS journey,
  ids.journey_id,
  broken.kind,
  charged.name AS touchpoint,
  CAST(NULL AS STRING) AS block,
  timestamp_micros(broken.end_us) AS occurred_at,
  e.event_id,
  broken.served_position AS position,
  broken.wait_s,
  broken.promised_s,
  charged.phase,
  charged.owner,
  e.channel
FROM broken_promises AS broken
JOIN journey_ids AS ids
  ON ids.journey_key = broken.journey_key
JOIN wait_pairs AS pairs
  ON pairs.pair_no = broken.pair_no AND pairs.is_ready
JOIN map_names AS charged
  ON charged.code = pairs.code
LEFT JOIN traced_steps AS served
  ON served.journey_key = broken.journey_key
  AND served.position = broken.served_position
LEFT JOIN events AS e
  ON e.event_key = served.event_key
ORDER BY
  broken.journey_key NULLS LAST,
  broken.end_us NULLS LAST,
  broken.pair_no NULLS LAST
