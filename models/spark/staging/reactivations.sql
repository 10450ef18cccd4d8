-- One row per journey that came back after confirmed silence: how often.
SELECT
  touch_gaps.journey_key,
  COUNT(*) AS reactivations_n
FROM touch_gaps
JOIN patience
  ON patience.code = touch_gaps.stands_at
WHERE
  touch_gaps.next_us - touch_gaps.at_us > patience.patience_us
  AND touch_gaps.code < $exits_from
  AND NOT (
    $stands_at_goal
  )
GROUP BY
  touch_gaps.journey_key
