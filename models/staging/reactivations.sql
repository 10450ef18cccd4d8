-- One row per journey that came back after confirmed silence: how often.
select touch_gaps.journey_key, count(*) as reactivations_n
from touch_gaps
join patience on patience.code = touch_gaps.stands_at
where touch_gaps.next_us - touch_gaps.at_us > patience.patience_us
    and touch_gaps.code < $exits_from
    and not ($stands_at_goal)
group by touch_gaps.journey_key
