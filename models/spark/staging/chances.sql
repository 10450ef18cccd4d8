-- One row per journey, way of departing and target: a journey that came to where it could depart like that.
SELECT
  journey_key,
  'touch' AS way,
  code AS target
FROM first_reached
UNION ALL
SELECT DISTINCT
  first_reached.journey_key,
  'touch' AS way,
  -1 - members.block_no AS target
FROM first_reached
JOIN block_members AS members
  ON members.code = first_reached.code
UNION ALL
SELECT DISTINCT
  waits.journey_key,
  'promise' AS way,
  pairs.code AS target
FROM timed_waits AS waits
JOIN wait_pairs AS pairs
  ON pairs.pair_no = waits.pair_no AND pairs.is_ready
WHERE
  NOT waits.promised_s IS NULL
  AND (
    waits.end_kind = 1 OR waits.age_s > waits.promised_s
  )
