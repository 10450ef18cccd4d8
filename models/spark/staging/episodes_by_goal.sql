-- One row per event of an entity that touched the flow: its place in time, and the entity's episode that it falls into,
-- on maps where silence alone begins no new one. The same rows as `episodes` gives there, in one window over every event.
WITH walkers AS (
  SELECT DISTINCT
    entity_key
  FROM touches
  WHERE
    code < $flow_n
)
SELECT
  touches.entity_key,
  touches.at_us,
  touches.event_key,
  touches.code,
  CAST(ROW_NUMBER() OVER in_time AS BIGINT) AS place,
  CAST(COALESCE(SUM(CASE WHEN $closes THEN 1 ELSE 0 END) OVER before, 0) AS BIGINT) AS episode
FROM touches
JOIN walkers
  ON walkers.entity_key = touches.entity_key
WINDOW in_time AS (
  PARTITION BY touches.entity_key
  ORDER BY at_us NULLS LAST, source_rank NULLS LAST, tie NULLS LAST, event_key NULLS LAST
), before AS (
  PARTITION BY touches.entity_key
  ORDER BY at_us NULLS LAST, source_rank NULLS LAST, tie NULLS LAST, event_key NULLS LAST
  rows BETWEEN UNBOUNDED preceding AND 1 preceding
)
