-- One row per event of a journey that its customer began: in which channel, session and page, and what it is about.
-- Who says nothing of the initiator is taken at the map's word, and in a session it is the visitor.
SELECT
  steps.journey_key,
  steps.position,
  steps.at_us,
  steps.event_key,
  steps.code,
  steps.letter,
  map_names.role,
  e.channel,
  e.session_id,
  CASE WHEN NOT e.session_id IS NULL THEN $page END AS page,
  CASE WHEN kinds.is_click THEN $element END AS element,
  kinds.is_contact AND e.session_id IS NULL AS is_contact,
  kinds.is_search,
  kinds.is_click,
  kinds.is_rage,
  kinds.is_dead,
  COALESCE(map_names.role, 'off_map') = 'off_map'
  AND (
    kinds.is_error OR COALESCE(e.status = 'failed', FALSE)
  ) AS is_error
FROM traced_steps AS steps
JOIN events AS e
  ON e.event_key = steps.event_key
JOIN event_kinds AS kinds
  ON kinds.activity = e.activity AND kinds.channel = COALESCE(e.channel, '')
LEFT JOIN map_names
  ON map_names.code = steps.code
WHERE
  COALESCE(
    e.initiator,
    map_names.initiator,
    CASE WHEN NOT e.session_id IS NULL THEN 'customer' END
  ) = 'customer'
  AND COALESCE(map_names.role, 'off_map') <> 'exit'
