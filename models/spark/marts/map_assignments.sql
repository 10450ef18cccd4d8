-- One row per contested journey: whose it is, beside the rival that speaks most against it.
WITH both_sides AS (
  SELECT
    contests.journey,
    contests.map_version,
    contests.journey_key,
    mine.journey_id,
    contests.rival_journey,
    theirs.journey_id AS rival_journey_id,
    contests.shared_n,
    mine.fit,
    theirs.fit AS rival_fit,
    CASE
      WHEN mine.is_converted OR reverse.rival_own_n > 0
      THEN 'this'
      WHEN contests.rival_after_n > 0
      THEN 'other'
      WHEN contests.rival_own_n > 0
      THEN 'this'
      WHEN theirs.is_converted OR theirs.fit > mine.fit + $margin
      THEN 'other'
      WHEN mine.fit > theirs.fit + $margin
      THEN 'this'
      ELSE 'undecided'
    END AS verdict
  FROM contests
  JOIN contests AS reverse
    ON reverse.journey = contests.rival_journey
    AND reverse.map_version = contests.rival_version
    AND reverse.journey_key = contests.rival_key
    AND reverse.rival_journey = contests.journey
    AND reverse.rival_version = contests.map_version
    AND reverse.rival_key = contests.journey_key
  JOIN contest_fits AS mine
    ON mine.journey = contests.journey
    AND mine.map_version = contests.map_version
    AND mine.journey_key = contests.journey_key
  JOIN contest_fits AS theirs
    ON theirs.journey = contests.rival_journey
    AND theirs.map_version = contests.rival_version
    AND theirs.journey_key = contests.rival_key
), ranked AS (
  SELECT
    both_sides.*,
    CAST(ROW_NUMBER() OVER (
      PARTITION BY journey_id
      ORDER BY CASE verdict WHEN 'other' THEN 0 WHEN 'undecided' THEN 1 ELSE 2 END NULLS LAST, rival_fit DESC, rival_journey_id NULLS LAST
    ) AS BIGINT) AS place
  FROM both_sides
)
SELECT
  journey,
  journey_id,
  verdict,
  rival_journey,
  rival_journey_id,
  shared_n,
  fit,
  rival_fit
FROM ranked
WHERE
  place = 1
ORDER BY
  journey NULLS LAST,
  journey_id NULLS LAST
