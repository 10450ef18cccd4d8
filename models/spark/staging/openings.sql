-- One row per journey: where in its episode it opens, at its first touchpoint of the flow
-- (or at the first event, where a journey is its entity's whole log). Journeys are numbered in the order of names, within
-- their first letters, so that no one place has to put all of them in order.
WITH firsts AS (
  SELECT
    entity_key,
    episode,
    MIN(
      CASE
        WHEN code < $flow_n OR $is_whole_log
        THEN place
      END
    ) AS opened_place
  FROM episodes
  GROUP BY
    entity_key,
    episode
  HAVING
    MAX(CASE WHEN code < $flow_n THEN 1 ELSE 0 END) = 1
), named_entities AS (
  SELECT DISTINCT
    entity_key,
    entity_id
  FROM entities
), opened AS (
  SELECT
    firsts.entity_key,
    named_entities.entity_id,
    firsts.episode,
    firsts.opened_place,
    SUBSTRING(named_entities.entity_id, 1, 6) AS head
  FROM firsts
  JOIN named_entities
    ON named_entities.entity_key = firsts.entity_key
), heads AS (
  SELECT
    head,
    COUNT(*) AS journeys_n
  FROM opened
  GROUP BY
    head
), begun AS (
  SELECT
    head,
    CAST(SUM(journeys_n) OVER (ORDER BY head NULLS LAST) AS BIGINT) - journeys_n AS before_n
  FROM heads
)
SELECT
  begun.before_n + CAST(ROW_NUMBER() OVER (
    PARTITION BY opened.head
    ORDER BY opened.entity_id NULLS LAST, opened.episode NULLS LAST
  ) AS BIGINT) AS journey_key,
  opened.entity_key,
  opened.entity_id,
  opened.episode,
  opened.opened_place
FROM opened
JOIN begun
  ON begun.head = opened.head
