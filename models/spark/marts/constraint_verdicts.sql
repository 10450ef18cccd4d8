-- One row per journey and constraint that was put to it.
SELECT
  $journey AS journey,
  ids.journey_id,
  constraints.constraint_id,
  judged.verdict,
  judged.activations_n,
  judged.broken_n AS violations_n,
  timestamp_micros(judged.broke_us) AS occurred_at,
  e.event_id,
  judged.broke_position AS position,
  timestamp_micros(judged.due_us) AS due_at
FROM judged_constraints AS judged
JOIN map_constraints AS constraints
  ON constraints.constraint_no = judged.constraint_no
JOIN journey_ids AS ids
  ON ids.journey_key = judged.journey_key
LEFT JOIN traced_steps AS steps
  ON steps.journey_key = judged.journey_key AND steps.position = judged.broke_position
LEFT JOIN events AS e
  ON e.event_key = steps.event_key
ORDER BY
  judged.journey_key NULLS LAST,
  judged.constraint_no NULLS LAST
