-- One row per side of a change of version, with the journeys of this version that stayed on this side or crossed it:
-- what became of them, and of those that began a horizon or longer before the snapshot what did within it.
-- The version's own side is there although it may have no journey.
WITH sides AS (
  SELECT
    FALSE AS straddles
  UNION ALL
  SELECT
    TRUE AS straddles
), off_flow AS (
  SELECT DISTINCT
    journey_key
  FROM departed
  WHERE
    kind IN (
      'missing',
      'ad_hoc',
      'repeated',
      'out_of_order',
      'branch_conflict',
      'wrong_entry',
      'wrong_exit'
    )
), judged AS (
  SELECT
    states.journey_key,
    states.entity_key,
    states.status,
    COALESCE(states.ended_us, $as_of_us) >= $valid_until_us AS straddles,
    states.entered_us <= $as_of_us - $horizon_us AS is_mature,
    states.status = 'converted'
    AND states.goal_us - states.entered_us <= $horizon_us AS is_timely,
    off_flow.journey_key IS NULL AS is_conforming
  FROM journey_states AS states
  LEFT JOIN off_flow
    ON off_flow.journey_key = states.journey_key
), counted AS (
  SELECT
    straddles,
    COUNT(*) AS journeys_n,
    CAST(SUM(CASE WHEN status = 'converted' THEN 1 ELSE 0 END) AS BIGINT) AS converted_n,
    CAST(SUM(CASE WHEN status = 'exited' THEN 1 ELSE 0 END) AS BIGINT) AS exited_n,
    CAST(SUM(CASE WHEN status = 'abandoned' THEN 1 ELSE 0 END) AS BIGINT) AS abandoned_n,
    CAST(SUM(CASE WHEN status = 'in_flight' THEN 1 ELSE 0 END) AS BIGINT) AS in_flight_n,
    CAST(SUM(CASE WHEN is_conforming THEN 1 ELSE 0 END) AS BIGINT) AS conforming_n
  FROM judged
  GROUP BY
    straddles
), of_one AS (
  SELECT
    straddles,
    entity_key,
    COUNT(*) AS journeys_n,
    CAST(SUM(CASE WHEN is_timely THEN 1 ELSE 0 END) AS BIGINT) AS timely_n
  FROM judged
  WHERE
    is_mature
  GROUP BY
    straddles,
    entity_key
), mature AS (
  SELECT
    straddles,
    CAST(SUM(journeys_n) AS BIGINT) AS journeys_n,
    CAST(SUM(timely_n) AS BIGINT) AS timely_n,
    CAST(SUM(journeys_n * journeys_n) AS BIGINT) AS squares_n
  FROM of_one
  GROUP BY
    straddles
)
SELECT
  sides.straddles,
  COALESCE(counted.journeys_n, 0) AS journeys_n,
  COALESCE(counted.converted_n, 0) AS converted_n,
  COALESCE(counted.exited_n, 0) AS exited_n,
  COALESCE(counted.abandoned_n, 0) AS abandoned_n,
  COALESCE(counted.in_flight_n, 0) AS in_flight_n,
  COALESCE(counted.conforming_n, 0) AS conforming_n,
  COALESCE(mature.journeys_n, 0) AS mature_n,
  COALESCE(mature.timely_n, 0) AS timely_n,
  COALESCE(mature.squares_n, 0) AS squares_n
FROM sides
LEFT JOIN counted
  ON counted.straddles = sides.straddles
LEFT JOIN mature
  ON mature.straddles = sides.straddles
WHERE
  counted.journeys_n > 0 OR NOT sides.straddles
ORDER BY
  sides.straddles NULLS LAST
