-- One row per sign of trouble in a journey: what it is charged to (a code, the letter of an activity off the map, or a
-- block as -1 - block_no), when it became known, at which event (null: at none), and in which stage of the journey.
with marks as (
    select
        journey_key,
        kind as signal,
        target,
        position,
        event_key,
        known_us,
        cast(null as double) as measure
    from known_departures
    union all
    select
        faults.journey_key,
        faults.kind as signal,
        coalesce(faults.code, steps.letter) as target,
        faults.position,
        faults.event_key,
        faults.at_us as known_us,
        cast(null as double) as measure
    from faults
    join traced_steps steps on steps.journey_key = faults.journey_key and steps.position = faults.position
    where faults.was_sync or not faults.is_of_sync
    union all
    select
        dues.journey_key,
        'late' as signal,
        dues.code as target,
        dues.served_position as position,
        steps.event_key,
        steps.at_us as known_us,
        dues.beyond_s as measure
    from promise_dues dues
    join traced_steps steps on steps.journey_key = dues.journey_key and steps.position = dues.served_position
    where dues.end_kind = 1
    union all
    select
        journey_key,
        'overdue' as signal,
        code as target,
        cast(null as bigint) as position,
        cast(null as bigint) as event_key,
        due_us as known_us,
        beyond_s as measure
    from promise_dues
    union all
    select journey_key, signal, target, position, event_key, known_us, measure
    from effort_marks
)
select
    marks.journey_key,
    marks.signal,
    coalesce(marks.target, stages.code) as target,
    marks.known_us,
    marks.position,
    marks.event_key,
    stages.stage,
    stages.code as stage_code,
    coalesce(marks.position <= stages.position, false) as is_entry,
    marks.measure
from marks
join stages
    on stages.journey_key = marks.journey_key
    and case
        when stages.stage = 0 then true
        when marks.position is null then stages.reached_us <= marks.known_us
        else stages.position <= marks.position
    end
    and case
        when stages.next_code is null then true
        when marks.position is null then stages.next_us > marks.known_us
        else stages.next_position > marks.position
    end
