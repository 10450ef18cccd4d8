-- One row per hand-over that happened: from a journey's last touchpoint of one owner to the next one of another.
-- Touchpoints of nobody, and those off the flow, hand nothing over.
WITH owned AS (
  SELECT
    steps.journey_key,
    steps.position,
    steps.at_us,
    map_names.owner AS to_owner,
    LAG(map_names.owner) OVER (PARTITION BY steps.journey_key ORDER BY steps.position NULLS LAST) AS from_owner,
    LAG(steps.at_us) OVER (PARTITION BY steps.journey_key ORDER BY steps.position NULLS LAST) AS from_us
  FROM traced_steps AS steps
  JOIN map_names
    ON map_names.code = steps.code
  WHERE
    steps.code < $flow_n AND NOT map_names.owner IS NULL
)
SELECT
  journey_key,
  position,
  from_owner,
  to_owner,
  at_us - from_us AS between_us
FROM owned
WHERE
  from_owner <> to_owner
