-- One row per journey, session and stage in which a page came back after another one (A, B, A), or was searched again:
-- the event at which it first did, and how often in all.
WITH viewed AS (
  SELECT
    journey_key,
    session_id,
    position,
    page,
    LAG(page) OVER (PARTITION BY journey_key, session_id ORDER BY position NULLS LAST) AS before_page
  FROM customer_steps
  WHERE
    NOT page IS NULL
), moved AS (
  SELECT
    journey_key,
    session_id,
    position,
    page,
    LAG(page, 2) OVER (PARTITION BY journey_key, session_id ORDER BY position NULLS LAST) AS earlier_page
  FROM viewed
  WHERE
    COALESCE(page <> before_page, TRUE)
), searched AS (
  SELECT
    journey_key,
    session_id,
    position,
    CAST(ROW_NUMBER() OVER (PARTITION BY journey_key, session_id ORDER BY position NULLS LAST) AS BIGINT) AS place
  FROM customer_steps
  WHERE
    is_search AND NOT session_id IS NULL
), found AS (
  SELECT
    journey_key,
    session_id,
    position
  FROM moved
  WHERE
    page = earlier_page
  UNION ALL
  SELECT
    journey_key,
    session_id,
    position
  FROM searched
  WHERE
    place > 1
)
SELECT
  found.journey_key,
  stages.stage,
  MIN(found.position) AS position,
  COUNT(*) AS returns_n
FROM found
JOIN stages
  ON stages.journey_key = found.journey_key
  AND (
    stages.stage = 0 OR stages.position <= found.position
  )
  AND (
    stages.next_position IS NULL OR stages.next_position > found.position
  )
GROUP BY
  found.journey_key,
  found.session_id,
  stages.stage
