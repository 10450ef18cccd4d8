-- One row per journey, measure and what it is about: when it was first asked.
SELECT
  journey_key,
  measure,
  about_code,
  MIN(at_us) AS asked_us
FROM experience_based
WHERE
  NOT is_answer
GROUP BY
  journey_key,
  measure,
  about_code
