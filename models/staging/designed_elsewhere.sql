-- One row per event that a journey of another map has as a touchpoint of its flow, or as welcome anytime.
select distinct event_key
from designed_steps
where journey <> $journey
