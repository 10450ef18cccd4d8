-- One row per answer of a journey to a question of its map.
SELECT
  $journey AS journey,
  ids.journey_id,
  answers.measure,
  names.name AS touchpoint,
  timestamp_micros(answers.at_us) AS answered_at,
  e.event_id,
  e.source,
  answers.score,
  answers.points,
  answers.is_low
FROM experience_answers AS answers
JOIN journey_ids AS ids
  ON ids.journey_key = answers.journey_key
JOIN events AS e
  ON e.event_key = answers.event_key
LEFT JOIN map_names AS names
  ON names.code = answers.about_code
ORDER BY
  answers.journey_key NULLS LAST,
  answers.at_us NULLS LAST,
  e.event_id NULLS LAST,
  answers.measure NULLS LAST,
  names.name NULLS LAST
