-- One row per journey and rule.
SELECT
  $rule AS rule,
  $journey AS journey,
  $version AS map_version,
  ids.journey_id,
  states.entity_id AS person_id,
  timestamp_micros(states.entered_us) AS entered_at,
  timestamp_micros(states.last_us) AS last_at,
  timestamp_micros(states.ended_us) AS ended_at,
  states.status,
  exits.name AS exit_kind,
  stands.phase,
  stands.name AS touchpoint,
  variant_ids.variant_id,
  COALESCE(segments.segments, cast(map() as map<string, string>)) AS segments,
  states.reactivations_n,
  sizes.events_n,
  COALESCE(states.ended_us, $as_of_us) >= $valid_until_us AS straddles_versions,
  'this' AS assignment
FROM journey_states AS states
JOIN journey_sizes AS sizes
  ON sizes.journey_key = states.journey_key
JOIN $ids AS ids
  ON ids.journey_key = states.journey_key
LEFT JOIN map_names AS stands
  ON stands.code = states.stands_at
LEFT JOIN map_names AS exits
  ON exits.code = states.exit_code
LEFT JOIN journey_segments AS segments
  ON segments.journey_key = states.journey_key
LEFT JOIN variant_ids
  ON variant_ids.journey_key = states.journey_key AND $is_default
ORDER BY
  states.journey_key NULLS LAST
