-- One row per kind and target: occurrences, journeys, opportunities, and how the finished of these journeys ended.
-- Opportunities are the journeys that came to the place or departed there; any journey may be off the map or enter
-- wrongly, and a branch beside the one that was taken may be taken by all who came to the choice.
WITH marked AS (
  SELECT
    departed.journey_key,
    departed.kind,
    departed.target,
    departed.occurrences_n,
    CASE WHEN departed.kind IN ('late', 'overdue') THEN 'promise' ELSE 'touch' END AS way,
    COALESCE(-1 - choices.block_no, departed.target) AS place
  FROM departed
  LEFT JOIN choice_places AS choices
    ON choices.code = departed.target AND departed.kind = 'branch_conflict'
), happened AS (
  SELECT
    marked.kind,
    marked.way,
    marked.target,
    marked.place,
    CAST(SUM(marked.occurrences_n) AS BIGINT) AS occurrences_n,
    COUNT(*) AS journeys_n,
    CAST(SUM(CASE WHEN chances.journey_key IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS elsewhere_n,
    CAST(SUM(CASE WHEN states.status IN ('abandoned', 'exited') THEN 1 ELSE 0 END) AS BIGINT) AS lost_n,
    CAST(SUM(CASE WHEN states.status <> 'in_flight' THEN 1 ELSE 0 END) AS BIGINT) AS finished_n
  FROM marked
  JOIN journey_states AS states
    ON states.journey_key = marked.journey_key
  LEFT JOIN chances
    ON chances.journey_key = marked.journey_key
    AND chances.way = marked.way
    AND chances.target = marked.place
  GROUP BY
    marked.kind,
    marked.way,
    marked.target,
    marked.place
), possible AS (
  SELECT
    way,
    target,
    COUNT(*) AS reached_n
  FROM chances
  GROUP BY
    way,
    target
), everyone AS (
  SELECT
    COUNT(*) AS journeys_n
  FROM journey_states
)
SELECT
  happened.kind,
  happened.target,
  happened.occurrences_n,
  happened.journeys_n,
  CASE
    WHEN happened.kind IN ('ad_hoc', 'wrong_entry')
    THEN everyone.journeys_n
    ELSE COALESCE(possible.reached_n, 0) + happened.elsewhere_n
  END AS opportunities_n,
  happened.lost_n,
  happened.finished_n
FROM happened
CROSS JOIN everyone
LEFT JOIN possible
  ON possible.way = happened.way AND possible.target = happened.place
ORDER BY
  happened.kind NULLS LAST,
  happened.target NULLS LAST
