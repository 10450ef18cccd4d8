-- One row per event in a journey, in order of position from 0.
SELECT
  openings.journey_key,
  episodes.place - openings.opened_place AS position,
  episodes.at_us,
  episodes.event_key,
  episodes.code
FROM episodes
JOIN openings
  ON openings.entity_key = episodes.entity_key
  AND openings.episode = episodes.episode
  AND episodes.place >= openings.opened_place
