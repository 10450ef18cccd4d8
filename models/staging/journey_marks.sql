-- One row per journey: its first and last moments, where it stands, its goal and its last exit.
-- `position * 4096 + code` carries a code along with the largest position.
select
    journey_key,
    min(at_us) as entered_us,
    max(case when code is not null then at_us end) as last_us,
    max(case when code < $flow_n then position * 4096 + code end) % 4096 as stands_at,
    min(case when code < $flow_n then position * 4096 + code end) as entry_mark,
    min(case when $reaches_goal then at_us end) as goal_us,
    max(case when code < $exits_from then position end) as last_touch,
    max(case when code >= $exits_from then position * 4096 + code end) as last_exit,
    max(case when code >= $exits_from then at_us end) as exit_us
from journey_steps
group by journey_key
