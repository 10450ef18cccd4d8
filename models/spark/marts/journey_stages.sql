-- One row per journey and touchpoint of the flow that it reached, when it first did.
SELECT
  $journey AS journey,
  ids.journey_id,
  stages.stage,
  here.name AS touchpoint,
  timestamp_micros(stages.reached_us) AS reached_at,
  following.name AS next_touchpoint,
  timestamp_micros(stages.next_us) AS next_at,
  stages.ending,
  timestamp_micros(stages.last_us) AS last_at
FROM stages
JOIN journey_ids AS ids
  ON ids.journey_key = stages.journey_key
JOIN map_names AS here
  ON here.code = stages.code
LEFT JOIN map_names AS following
  ON following.code = stages.next_code
ORDER BY
  stages.journey_key NULLS LAST,
  stages.stage NULLS LAST
