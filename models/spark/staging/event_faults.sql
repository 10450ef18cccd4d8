-- One row per fault of one event: off the map, failed, by another channel or initiator than designed, or an entry or
-- exit elsewhere than designed; an exit is charged to where the journey stood.
SELECT
  journey_key,
  position,
  event_key,
  at_us,
  code,
  kind
FROM faults
WHERE
  is_sync OR NOT is_of_sync
