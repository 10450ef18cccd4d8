-- One row per pair of touchpoints of the flow that followed each other directly; null is the start or the end.
WITH counted AS (
  SELECT
    from_code,
    to_code,
    end_status,
    COUNT(*) AS n,
    COUNT(DISTINCT journey_key) AS journeys_n,
    cast(percentile_disc(0.5) within group (order by between_us) as bigint) AS p50_us
  FROM transitions
  GROUP BY
    from_code,
    to_code,
    end_status
)
SELECT
  $journey AS journey,
  origins.name AS from_touchpoint,
  targets.name AS to_touchpoint,
  counted.end_status,
  counted.n,
  counted.journeys_n,
  counted.p50_us / 1e6 AS p50_s
FROM counted
LEFT JOIN map_names AS origins
  ON origins.code = counted.from_code
LEFT JOIN map_names AS targets
  ON targets.code = counted.to_code
ORDER BY
  counted.from_code NULLS LAST,
  counted.to_code NULLS LAST,
  counted.end_status NULLS LAST
