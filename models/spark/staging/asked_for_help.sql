-- One row per journey and stage in which its customer contacted us beyond the design.
SELECT DISTINCT
  journey_key,
  stage,
  stage_code AS code
FROM contact_steps
WHERE
  is_demand
