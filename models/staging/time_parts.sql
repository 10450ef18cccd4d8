-- One row per part of the time between two events of a converted journey: planned (no kind), or what it is charged to.
-- Of several broken promises the one that fell due first is charged, from then on.
with waited as (
    select steps.journey_key, steps.position, min(spans.place) as place
    from time_steps steps
    join late_spans spans
        on spans.journey_key = steps.journey_key
        and spans.ready_position < steps.position
        and spans.served_position >= steps.position
        and spans.due_us < steps.at_us
    where steps.kind is null
    group by steps.journey_key, steps.position
),
split as (
    select
        steps.journey_key,
        steps.before_us,
        steps.at_us,
        steps.kind,
        steps.touchpoint,
        steps.block,
        spans.touchpoint as promised,
        greatest(steps.before_us, coalesce(spans.due_us, steps.at_us)) as due_us
    from time_steps steps
    left join waited on waited.journey_key = steps.journey_key and waited.position = steps.position
    left join late_spans spans on spans.place = waited.place
)
select journey_key, kind, touchpoint, block, at_us - before_us as amount
from split
where kind is not null
union all
select journey_key, kind, touchpoint, block, due_us - before_us as amount
from split
where kind is null
union all
select journey_key, 'late' as kind, promised as touchpoint, block, at_us - due_us as amount
from split
where kind is null and promised is not null
