-- One row per journey: its first and last moments, where it stands, its goal and its last exit.
-- `position * 4096 + code` carries a code along with the largest position.
SELECT
  journey_key,
  MIN(at_us) AS entered_us,
  MAX(CASE WHEN NOT code IS NULL THEN at_us END) AS last_us,
  MAX(CASE WHEN code < $flow_n THEN position * 4096 + code END) % 4096 AS stands_at,
  MIN(CASE WHEN code < $flow_n THEN position * 4096 + code END) AS entry_mark,
  MIN(CASE WHEN $reaches_goal THEN at_us END) AS goal_us,
  MAX(CASE WHEN code < $exits_from THEN position END) AS last_touch,
  MAX(CASE WHEN code >= $exits_from THEN position * 4096 + code END) AS last_exit,
  MAX(CASE WHEN code >= $exits_from THEN at_us END) AS exit_us
FROM journey_steps
GROUP BY
  journey_key
