-- One row per distinct trace and way of judging it.
WITH counted AS (
  SELECT
    trace,
    is_full,
    COUNT(*) AS journeys_n
  FROM journey_traces
  GROUP BY
    trace,
    is_full
)
SELECT
  CAST(ROW_NUMBER() OVER (ORDER BY trace NULLS LAST, is_full NULLS LAST) AS BIGINT) AS variant_key,
  trace,
  is_full,
  journeys_n
FROM counted
