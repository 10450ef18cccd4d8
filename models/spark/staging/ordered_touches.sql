-- One row per event of an entity that touched the flow: its place in time, and what closed a journey before it.
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
  CAST(COALESCE(SUM(CASE WHEN $closes THEN 1 ELSE 0 END) OVER before, 0) AS BIGINT) AS closed_n,
  MAX(CASE WHEN $reaches_goal THEN touches.at_us END) OVER before AS goal_before_us,
  MAX(CASE WHEN touches.code < $flow_n THEN touches.at_us END) OVER before AS flow_before_us
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
