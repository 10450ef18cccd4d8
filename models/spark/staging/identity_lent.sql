-- One row per event of a shared device that somebody had logged in at a short time before or after, and nobody else.
WITH anonymous AS (
  SELECT
    events.event_key,
    events.id_key AS device_key,
    unix_micros(events.occurred_at) AS at_us
  FROM events
  JOIN identity_shared AS shared
    ON shared.id_key = events.id_key
  LEFT JOIN (
    SELECT DISTINCT
      event_key
    FROM identity_others
  ) AS told
    ON told.event_key = events.event_key
  WHERE
    told.event_key IS NULL
), points AS (
  SELECT
    device_key,
    at_us,
    event_key,
    CAST(NULL AS BIGINT) AS login_us
  FROM anonymous
  UNION ALL
  SELECT
    device_key,
    at_us,
    -1 AS event_key,
    at_us AS login_us
  FROM (
    SELECT DISTINCT
      device_key,
      at_us
    FROM identity_logins
  ) AS moments
), placed AS (
  SELECT
    device_key,
    at_us,
    event_key,
    MAX(login_us) OVER (
      PARTITION BY device_key
      ORDER BY at_us NULLS LAST, event_key NULLS LAST
      rows BETWEEN UNBOUNDED preceding AND CURRENT ROW
    ) AS before_us,
    MIN(login_us) OVER (
      PARTITION BY device_key
      ORDER BY at_us NULLS LAST, event_key NULLS LAST
      rows BETWEEN CURRENT ROW AND UNBOUNDED following
    ) AS after_us
  FROM points
), near AS (
  SELECT
    placed.event_key,
    logins.person_key,
    logins.node
  FROM placed
  JOIN identity_logins AS logins
    ON logins.device_key = placed.device_key AND logins.at_us = placed.before_us
  WHERE
    placed.event_key >= 0
    AND placed.at_us - placed.before_us <= $slack_us
  UNION ALL
  SELECT
    placed.event_key,
    logins.person_key,
    logins.node
  FROM placed
  JOIN identity_logins AS logins
    ON logins.device_key = placed.device_key AND logins.at_us = placed.after_us
  WHERE
    placed.event_key >= 0
    AND placed.after_us - placed.at_us <= $slack_us
), owned AS (
  SELECT
    event_key,
    MIN(node) AS node
  FROM near
  GROUP BY
    event_key
  HAVING
    MIN(person_key) = MAX(person_key)
)
SELECT
  owned.event_key,
  nodes.id_key
FROM owned
JOIN identity_nodes AS nodes
  ON nodes.node = owned.node
ORDER BY
  owned.event_key NULLS LAST
