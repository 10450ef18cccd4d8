-- One row per promise broken: kept late, or still open and already longer. Who has left no longer waits.
SELECT
  pair_no,
  journey_key,
  served_position,
  end_us,
  wait_s,
  promised_s,
  'late' AS kind
FROM timed_waits
WHERE
  end_kind = 1 AND wait_s > promised_s
UNION ALL
SELECT
  pair_no,
  journey_key,
  CAST(NULL AS BIGINT) AS served_position,
  $as_of_us AS end_us,
  age_s AS wait_s,
  promised_s,
  'overdue' AS kind
FROM timed_waits
WHERE
  end_kind = 0 AND age_s > promised_s
