-- One row per journey and click in vain: as its system calls it, or three on one element within two seconds.
with clicked as (
    select
        journey_key,
        position,
        at_us,
        is_rage,
        is_dead,
        lag(at_us, 2) over (partition by journey_key, session_id, element order by position) as third_us,
        element
    from customer_steps
    where is_click
)
select journey_key, position, case when is_dead then 'dead_click' else 'rage_click' end as signal
from clicked
where is_rage or is_dead or (element is not null and at_us - third_us <= 2000000)
