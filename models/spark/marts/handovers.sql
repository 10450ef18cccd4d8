-- One row per pair of owners: hand-overs that happened, and journeys that stand or ended where one is due by design.
WITH happened AS (
  SELECT
    from_owner,
    to_owner,
    COUNT(*) AS n,
    COUNT(DISTINCT journey_key) AS journeys_n,
    cast(percentile_disc(0.5) within group (order by between_us) as bigint) AS p50_us,
    cast(percentile_disc(0.9) within group (order by between_us) as bigint) AS p90_us
  FROM handed_over
  GROUP BY
    from_owner,
    to_owner
), due AS (
  SELECT
    variants.from_owner,
    variants.to_owner,
    CAST(SUM(CASE WHEN states.status IN ('abandoned', 'exited') THEN 1 ELSE 0 END) AS BIGINT) AS lost_n,
    CAST(SUM(CASE WHEN states.status = 'in_flight' THEN 1 ELSE 0 END) AS BIGINT) AS waiting_n
  FROM due_handovers AS variants
  JOIN journey_variants
    ON journey_variants.variant_key = variants.variant_key
  JOIN journey_states AS states
    ON states.journey_key = journey_variants.journey_key
  WHERE
    states.status <> 'converted'
  GROUP BY
    variants.from_owner,
    variants.to_owner
), parts AS (
  SELECT
    from_owner,
    to_owner,
    n,
    journeys_n,
    p50_us,
    p90_us,
    0 AS lost_n,
    0 AS waiting_n,
    0 AS designed_n
  FROM happened
  UNION ALL
  SELECT
    from_owner,
    to_owner,
    0 AS n,
    0 AS journeys_n,
    NULL AS p50_us,
    NULL AS p90_us,
    lost_n,
    waiting_n,
    0 AS designed_n
  FROM due
  UNION ALL
  SELECT
    from_owner,
    to_owner,
    0 AS n,
    0 AS journeys_n,
    NULL AS p50_us,
    NULL AS p90_us,
    0 AS lost_n,
    0 AS waiting_n,
    1 AS designed_n
  FROM designed_handovers
)
SELECT
  $journey AS journey,
  from_owner,
  to_owner,
  MAX(n) AS n,
  MAX(journeys_n) AS journeys_n,
  MAX(designed_n) = 1 AS is_designed,
  MAX(p50_us) / 1e6 AS p50_s,
  MAX(p90_us) / 1e6 AS p90_s,
  MAX(lost_n) AS lost_n,
  MAX(waiting_n) AS waiting_n
FROM parts
GROUP BY
  from_owner,
  to_owner
ORDER BY
  from_owner NULLS LAST,
  to_owner NULLS LAST
