-- One row per wait, in seconds of the pair's calendar: until its end, and until the snapshot.
WITH moments AS (
  SELECT
    waits.*,
    pairs.calendar,
    pairs.promised_s,
    waits.ready_us - waits.ready_us % 86400000000 AS ready_day,
    waits.end_us - waits.end_us % 86400000000 AS end_day,
    $as_of_us - $as_of_us % 86400000000 AS last_day
  FROM wait_spans AS waits
  JOIN (
    SELECT DISTINCT
      pair_no,
      calendar,
      promised_s
    FROM wait_pairs
  ) AS pairs
    ON pairs.pair_no = waits.pair_no
), opened AS (
  SELECT
    moments.*,
    days.before_s + GREATEST(0, LEAST(ready_us, days.close1_us) - days.open1_us) / 1e6 + GREATEST(0, LEAST(ready_us, days.close2_us) - days.open2_us) / 1e6 AS ready_business_s
  FROM moments
  LEFT JOIN business_days AS days
    ON days.day_us = moments.ready_day
), closed AS (
  SELECT
    opened.*,
    days.before_s + GREATEST(0, LEAST(end_us, days.close1_us) - days.open1_us) / 1e6 + GREATEST(0, LEAST(end_us, days.close2_us) - days.open2_us) / 1e6 AS end_business_s
  FROM opened
  LEFT JOIN business_days AS days
    ON days.day_us = opened.end_day
), aged AS (
  SELECT
    closed.*,
    days.before_s + GREATEST(0, LEAST($as_of_us, days.close1_us) - days.open1_us) / 1e6 + GREATEST(0, LEAST($as_of_us, days.close2_us) - days.open2_us) / 1e6 AS last_business_s
  FROM closed
  LEFT JOIN business_days AS days
    ON days.day_us = closed.last_day
)
SELECT
  pair_no,
  journey_key,
  ready_position,
  ready_us,
  served_position,
  end_kind,
  end_us,
  status,
  promised_s,
  CASE
    WHEN calendar = 'business'
    THEN end_business_s - ready_business_s
    ELSE (
      end_us - ready_us
    ) / 1e6
  END AS wait_s,
  CASE
    WHEN calendar = 'business'
    THEN last_business_s - ready_business_s
    ELSE (
      $as_of_us - ready_us
    ) / 1e6
  END AS age_s
FROM aged
