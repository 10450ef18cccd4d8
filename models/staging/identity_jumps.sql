-- One row per node that has an edge: where following the hooks four times leads, and whether they lead on from there.
with twice as (
    select hooks.node, further.label
    from $hooks hooks
    join $hooks further on further.node = hooks.label
),
fourfold as (
    select twice.node, further.label
    from twice
    join twice further on further.node = twice.label
)
select fourfold.node, fourfold.label, case when further.label = fourfold.label then 0 else 1 end as is_open
from fourfold
join $hooks further on further.node = fourfold.label
