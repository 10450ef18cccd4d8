-- One row per kind of step and channel: how often, by how many entities, and who began it.
WITH counted AS (
  SELECT
    step_kinds.number,
    e.channel,
    COUNT(*) AS channel_n,
    COUNT(DISTINCT touches.entity_key) AS channel_entities_n,
    CAST(SUM(CASE WHEN e.initiator = 'customer' THEN 1 ELSE 0 END) AS BIGINT) AS customer_n,
    CAST(SUM(CASE WHEN e.initiator = 'company' THEN 1 ELSE 0 END) AS BIGINT) AS company_n
  FROM touches
  JOIN events AS e
    ON e.event_key = touches.event_key
  JOIN step_kinds
    ON step_kinds.source = e.source AND step_kinds.activity = e.activity
  GROUP BY
    step_kinds.number,
    e.channel
)
SELECT
  counted.*,
  step_kinds.events_n AS all_n
FROM counted
JOIN step_kinds
  ON step_kinds.number = counted.number
