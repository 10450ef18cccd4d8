-- One row per journey and phase of the flow that it came to, in the order of the design.
SELECT
  $journey AS journey,
  ids.journey_id,
  travels.phase,
  travels.place,
  timestamp_micros(travels.reached_us) AS reached_at,
  travels.way
FROM phase_travels AS travels
JOIN journey_ids AS ids
  ON ids.journey_key = travels.journey_key
ORDER BY
  travels.journey_key NULLS LAST,
  travels.place NULLS LAST
