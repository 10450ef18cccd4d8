-- One row per journey: where in its episode it opens, at its first touchpoint of the flow
-- (or at the first event, where a journey is its entity's whole log).
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
)
SELECT
  CAST(ROW_NUMBER() OVER (ORDER BY named_entities.entity_id NULLS LAST, firsts.episode NULLS LAST) AS BIGINT) AS journey_key,
  firsts.entity_key,
  named_entities.entity_id,
  firsts.episode,
  firsts.opened_place
FROM firsts
JOIN named_entities
  ON named_entities.entity_key = firsts.entity_key
