-- One row per event of an entity: its kind of step, its place in time, and the journey that it falls into;
-- goals end a journey, and what comes before it opens is in none.
WITH kinds AS (
  SELECT
    touches.entity_key,
    touches.at_us,
    step_kinds.number,
    CAST(ROW_NUMBER() OVER in_time AS BIGINT) AS place,
    CAST(COALESCE(SUM(CASE WHEN $is_goal THEN 1 ELSE 0 END) OVER before, 0) AS BIGINT) AS episode
  FROM touches
  JOIN events AS e
    ON e.event_key = touches.event_key
  JOIN step_kinds
    ON step_kinds.source = e.source AND step_kinds.activity = e.activity
  WINDOW in_time AS (
    PARTITION BY touches.entity_key
    ORDER BY touches.at_us NULLS LAST, touches.source_rank NULLS LAST, touches.tie NULLS LAST, touches.event_key NULLS LAST
  ), before AS (
    PARTITION BY touches.entity_key
    ORDER BY touches.at_us NULLS LAST, touches.source_rank NULLS LAST, touches.tie NULLS LAST, touches.event_key NULLS LAST
    rows BETWEEN UNBOUNDED preceding AND 1 preceding
  )
), opened AS (
  SELECT
    entity_key,
    episode,
    MIN(CASE WHEN $opens THEN place END) AS first_place
  FROM kinds
  GROUP BY
    entity_key,
    episode
)
SELECT
  kinds.entity_key,
  kinds.episode,
  kinds.place,
  kinds.at_us,
  kinds.number
FROM kinds
JOIN opened
  ON opened.entity_key = kinds.entity_key AND opened.episode = kinds.episode
WHERE
  kinds.place >= opened.first_place
