-- One row per sign of trouble in a journey: what it is charged to (a code, the letter of an activity off the map, or a
-- block as -1 - block_no), when it became known, at which event (null: at none), and in which stage of the journey.
with marks as (
    select journey_key, kind as signal, target, position, known_us, cast(null as double) as measure
    from known_departures
    union all
    select
        faults.journey_key,
        faults.kind as signal,
        coalesce(faults.code, steps.letter) as target,
        faults.position,
        faults.at_us as known_us,
        cast(null as double) as measure
    from faults
    join traced_steps steps on steps.journey_key = faults.journey_key and steps.position = faults.position
    where faults.was_sync or not faults.is_of_sync
    union all
    select
        waits.journey_key,
        'late' as signal,
        pairs.code as target,
        waits.served_position as position,
        waits.end_us as known_us,
        waits.wait_s - waits.promised_s as measure
    from timed_waits waits
    join wait_pairs pairs on pairs.pair_no = waits.pair_no and pairs.is_ready
    where waits.end_kind = 1 and waits.wait_s > waits.promised_s
    union all
    select
        journey_key,
        'overdue' as signal,
        code as target,
        cast(null as bigint) as position,
        due_us as known_us,
        beyond_s as measure
    from promise_dues
)
select
    marks.journey_key,
    marks.signal,
    marks.target,
    marks.known_us,
    marks.position,
    stages.stage,
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
