-- One row per contested journey of this map: how well it fits, from 0 (like a journey that fits nothing) to 1.
WITH contested AS (
  SELECT DISTINCT
    journey_key
  FROM contests
  WHERE
    journey = $journey AND map_version = $version
), worst AS (
  SELECT
    contested.journey_key,
    CAST(SUM(
      CASE
        WHEN steps.code >= $exits_from
        THEN 0
        WHEN steps.code < $off_map_from
        THEN $known_cost
        ELSE $unknown_cost
      END
    ) AS BIGINT) AS tenths
  FROM contested
  JOIN traced_steps AS steps
    ON steps.journey_key = contested.journey_key
  GROUP BY
    contested.journey_key
)
SELECT
  $journey AS journey,
  $version AS map_version,
  worst.journey_key,
  ids.journey_id,
  states.status = 'converted' AS is_converted,
  1 - 10 * costs.cost / NULLIF(
    worst.tenths + CASE WHEN states.status = 'converted' THEN $shortest_cost ELSE 0 END,
    0
  ) AS fit
FROM worst
JOIN journey_ids AS ids
  ON ids.journey_key = worst.journey_key
JOIN journey_states AS states
  ON states.journey_key = worst.journey_key
JOIN journey_variants AS variants
  ON variants.journey_key = worst.journey_key
JOIN variant_costs AS costs
  ON costs.variant_key = variants.variant_key
