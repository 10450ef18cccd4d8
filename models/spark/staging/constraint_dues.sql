-- One row per constraint with a limit and event that puts it to a journey: the last moment for the answer.
-- In business hours that is the moment after which more of them than the limit have passed.
WITH targets AS (
  SELECT
    marks.constraint_no,
    marks.journey_key,
    marks.position,
    marks.at_us,
    constraints.within_us,
    constraints.is_business,
    days.before_us + GREATEST(0, LEAST(marks.at_us, days.close1_us) - days.open1_us) + GREATEST(0, LEAST(marks.at_us, days.close2_us) - days.open2_us) + constraints.within_us AS target_us
  FROM constraint_marks AS marks
  JOIN map_constraints AS constraints
    ON constraints.constraint_no = marks.constraint_no
  LEFT JOIN deadline_days AS days
    ON days.day_us = marks.at_us - marks.at_us % 86400000000 AND constraints.is_business
  WHERE
    marks.is_first AND NOT constraints.within_us IS NULL
)
SELECT
  targets.constraint_no,
  targets.journey_key,
  targets.position,
  CASE
    WHEN NOT targets.is_business
    THEN targets.at_us + targets.within_us
    WHEN targets.target_us - days.before_us < days.close1_us - days.open1_us
    THEN days.open1_us + targets.target_us - days.before_us
    ELSE days.open2_us + targets.target_us - days.before_us - (
      days.close1_us - days.open1_us
    )
  END AS due_us
FROM targets
LEFT JOIN deadline_days AS days
  ON days.before_us <= targets.target_us AND targets.target_us < days.after_us
