-- One row per journey and place (a code, or -1 - block_no) that somebody missed: when it was first touched, or went unseen.
-- What is known to be a gap of tracking is left out.
WITH missed AS (
  SELECT
    found.journey_key,
    COALESCE(found.code, -1 - found.block_no) AS target,
    found.before_us,
    found.at_us
  FROM flow_departures AS found
  LEFT JOIN unseen_departures AS unseen
    ON unseen.journey_key = found.journey_key
    AND unseen.departure_no = found.departure_no
  WHERE
    found.kind = 'missing' AND unseen.journey_key IS NULL
), targets AS (
  SELECT
    target
  FROM missed
  GROUP BY
    target
  HAVING
    COUNT(*) >= $least_n
), steps AS (
  SELECT
    journey_key,
    position,
    code,
    at_us,
    LAG(at_us) OVER (PARTITION BY journey_key ORDER BY position NULLS LAST) AS before_us
  FROM traced_steps
), touched AS (
  SELECT
    steps.journey_key,
    steps.code AS target,
    steps.position,
    steps.before_us,
    steps.at_us
  FROM steps
  JOIN targets
    ON targets.target = steps.code
  UNION ALL
  SELECT
    steps.journey_key,
    targets.target,
    steps.position,
    steps.before_us,
    steps.at_us
  FROM steps
  JOIN block_members AS members
    ON members.code = steps.code
  JOIN targets
    ON targets.target = -1 - members.block_no
), firsts AS (
  SELECT
    journey_key,
    target,
    MIN(position) AS position
  FROM touched
  GROUP BY
    journey_key,
    target
)
SELECT DISTINCT
  touched.journey_key,
  touched.target,
  COALESCE(touched.before_us, touched.at_us) AS before_us,
  touched.at_us,
  FALSE AS is_missed
FROM touched
JOIN firsts
  ON firsts.journey_key = touched.journey_key
  AND firsts.target = touched.target
  AND firsts.position = touched.position
UNION ALL
SELECT
  missed.journey_key,
  missed.target,
  missed.before_us,
  missed.at_us,
  TRUE AS is_missed
FROM missed
JOIN targets
  ON targets.target = missed.target
