-- One row per journey: its status at the snapshot, and when it ended.
WITH judged AS (
  SELECT
    journey_marks.*,
    CASE
      WHEN NOT goal_us IS NULL
      THEN 'converted'
      WHEN last_exit > last_touch * 4096 + 4095
      THEN 'exited'
      WHEN $as_of_us - last_us > patience.patience_us
      THEN 'abandoned'
      ELSE 'in_flight'
    END AS status,
    patience.patience_us
  FROM journey_marks
  JOIN patience
    ON patience.code = journey_marks.stands_at
)
SELECT
  openings.journey_key,
  openings.entity_key,
  openings.entity_id,
  openings.episode,
  judged.entered_us,
  judged.last_us,
  judged.goal_us,
  CASE judged.status
    WHEN 'converted'
    THEN judged.goal_us
    WHEN 'exited'
    THEN judged.exit_us
    WHEN 'abandoned'
    THEN judged.last_us
  END AS ended_us,
  CASE
    WHEN judged.status IN ('abandoned', 'exited')
    THEN judged.last_us + judged.patience_us
    ELSE $as_of_us
  END AS until_us,
  judged.status,
  CASE WHEN judged.status = 'exited' THEN CAST(judged.last_exit % 4096 AS INT) END AS exit_code,
  CAST(judged.stands_at AS INT) AS stands_at,
  judged.entry_mark,
  COALESCE(reactivations.reactivations_n, 0) AS reactivations_n
FROM judged
JOIN openings
  ON openings.journey_key = judged.journey_key
LEFT JOIN reactivations
  ON reactivations.journey_key = judged.journey_key
WHERE
  judged.entered_us >= $valid_from_us
  AND judged.entered_us < $valid_until_us
