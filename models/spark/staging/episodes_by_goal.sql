-- One row per event: the entity's episode that it falls into, on maps where silence alone begins no new one.
-- The same rows as `episodes` gives there, without its second window over every event.
SELECT
  entity_key,
  at_us,
  event_key,
  code,
  place,
  closed_n AS episode
FROM ordered_touches
