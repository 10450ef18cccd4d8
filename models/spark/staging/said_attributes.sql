-- One row per event of a journey and attribute that it gives, its channel and source among them.
WITH steps AS (
  SELECT
    steps.journey_key,
    steps.position,
    e.channel,
    e.source,
    e.attributes
  FROM traced_steps AS steps
  JOIN journey_states AS states
    ON states.journey_key = steps.journey_key
  JOIN events AS e
    ON e.event_key = steps.event_key
), entries AS (
  SELECT
    steps.journey_key,
    steps.position,
    explode(map_entries(steps.attributes)) AS entry
  FROM steps
)
SELECT
  entries.journey_key,
  entries.position,
  entries.entry.key AS name,
  entries.entry.value AS value
FROM entries
WHERE
  entries.entry.value <> ''
  AND NOT entries.entry.key IN ('channel', 'source')
  AND $is_kept
UNION ALL
SELECT
  steps.journey_key,
  steps.position,
  'channel' AS name,
  steps.channel AS value
FROM steps
WHERE
  steps.channel <> ''
UNION ALL
SELECT
  steps.journey_key,
  steps.position,
  'source' AS name,
  steps.source AS value
FROM steps
WHERE
  steps.source <> ''
