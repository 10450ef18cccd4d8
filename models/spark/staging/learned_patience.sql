-- One row per touchpoint: gaps that could be followed for the horizon, and the 99th percentile of those that ended in it.
WITH followed AS (
  SELECT
    stands_at AS code,
    next_us - at_us AS gap_us
  FROM touch_gaps
  WHERE
    at_us <= $as_of_us - $horizon_us
    AND code < $exits_from
    AND NOT (
      $stands_at_goal
    )
)
SELECT
  code,
  COUNT(*) AS followed_n,
  cast(percentile_disc(0.99) within group (order by ended_us) as bigint) AS patience_us
FROM (
  SELECT
    code,
    CASE WHEN gap_us <= $horizon_us THEN gap_us END AS ended_us
  FROM followed
) AS gaps
GROUP BY
  code
ORDER BY
  code NULLS LAST
