-- One row per sign of trouble in a journey: what it is charged to (a code, the letter of an activity off the map, or a
-- block as -1 - block_no), when it became known, at which event (null: at none), and in which stage of the journey.
WITH marks AS (
  SELECT
    journey_key,
    kind AS signal,
    target,
    position,
    event_key,
    known_us,
    CAST(NULL AS DOUBLE) AS measure
  FROM known_departures
  UNION ALL
  SELECT
    faults.journey_key,
    faults.kind AS signal,
    COALESCE(faults.code, steps.letter) AS target,
    faults.position,
    faults.event_key,
    faults.at_us AS known_us,
    CAST(NULL AS DOUBLE) AS measure
  FROM faults
  JOIN traced_steps AS steps
    ON steps.journey_key = faults.journey_key AND steps.position = faults.position
  WHERE
    faults.was_sync OR NOT faults.is_of_sync
  UNION ALL
  SELECT
    dues.journey_key,
    'late' AS signal,
    dues.code AS target,
    dues.served_position AS position,
    steps.event_key,
    steps.at_us AS known_us,
    dues.beyond_s AS measure
  FROM promise_dues AS dues
  JOIN traced_steps AS steps
    ON steps.journey_key = dues.journey_key AND steps.position = dues.served_position
  WHERE
    dues.end_kind = 1
  UNION ALL
  SELECT
    journey_key,
    'overdue' AS signal,
    code AS target,
    CAST(NULL AS BIGINT) AS position,
    CAST(NULL AS BIGINT) AS event_key,
    due_us AS known_us,
    beyond_s AS measure
  FROM promise_dues
  UNION ALL
  SELECT
    journey_key,
    signal,
    target,
    position,
    event_key,
    known_us,
    measure
  FROM effort_marks
)
SELECT
  marks.journey_key,
  marks.signal,
  COALESCE(marks.target, stages.code) AS target,
  marks.known_us,
  marks.position,
  marks.event_key,
  stages.stage,
  stages.code AS stage_code,
  COALESCE(marks.position <= stages.position, FALSE) AS is_entry,
  marks.measure
FROM marks
JOIN stages
  ON stages.journey_key = marks.journey_key
  AND CASE
    WHEN stages.stage = 0
    THEN TRUE
    WHEN marks.position IS NULL
    THEN stages.reached_us <= marks.known_us
    ELSE stages.position <= marks.position
  END
  AND CASE
    WHEN stages.next_code IS NULL
    THEN TRUE
    WHEN marks.position IS NULL
    THEN stages.next_us > marks.known_us
    ELSE stages.next_position > marks.position
  END
