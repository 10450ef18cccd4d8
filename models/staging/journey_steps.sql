-- One row per event in a journey, in order of position from 0.
select
    openings.journey_key,
    episodes.place - openings.opened_place as position,
    episodes.at_us,
    episodes.event_key,
    episodes.code
from episodes
join openings
    on openings.entity_key = episodes.entity_key
    and openings.episode = episodes.episode
    and episodes.place >= openings.opened_place
