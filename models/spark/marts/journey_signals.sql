-- One row per sign of trouble in a journey, as it was known at that moment.
SELECT
  $journey AS journey,
  ids.journey_id,
  marks.signal,
  COALESCE(charged.name, blocks.label, letters.activity) AS touchpoint,
  timestamp_micros(marks.known_us) AS known_at,
  e.event_id,
  marks.stage,
  here.name AS at_touchpoint,
  marks.is_entry,
  marks.measure,
  grades.evidence_grade
FROM signal_marks AS marks
JOIN journey_ids AS ids
  ON ids.journey_key = marks.journey_key
JOIN map_names AS here
  ON here.code = marks.stage_code
JOIN signal_grades AS grades
  ON grades.signal = marks.signal
LEFT JOIN map_names AS charged
  ON charged.code = marks.target
LEFT JOIN map_blocks AS blocks
  ON blocks.block_no = -1 - marks.target
LEFT JOIN unmapped_letters AS letters
  ON letters.letter = marks.target
LEFT JOIN events AS e
  ON e.event_key = marks.event_key
ORDER BY
  marks.journey_key NULLS LAST,
  marks.known_us NULLS LAST,
  marks.position NULLS LAST,
  marks.signal NULLS LAST,
  marks.target NULLS LAST
