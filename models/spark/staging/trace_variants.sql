-- One row per distinct trace and way of judging it, numbered in the order of traces, within their first steps, so that no
-- one place has to put all of them in order.
WITH counted AS (
  SELECT
    trace,
    is_full,
    COUNT(*) AS journeys_n,
    SUBSTRING(trace, 1, 12) AS head
  FROM journey_traces
  GROUP BY
    trace,
    is_full
), heads AS (
  SELECT
    head,
    COUNT(*) AS variants_n
  FROM counted
  GROUP BY
    head
), begun AS (
  SELECT
    head,
    CAST(SUM(variants_n) OVER (ORDER BY head NULLS LAST) AS BIGINT) - variants_n AS before_n
  FROM heads
)
SELECT
  begun.before_n + CAST(ROW_NUMBER() OVER (
    PARTITION BY counted.head
    ORDER BY counted.trace NULLS LAST, counted.is_full NULLS LAST
  ) AS BIGINT) AS variant_key,
  counted.trace,
  counted.is_full,
  counted.journeys_n
FROM counted
JOIN begun
  ON begun.head = counted.head
