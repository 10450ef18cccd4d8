-- One row per sign of effort, error, contact or low score in a journey: at which event, when, and what it is charged to
-- (null: the touchpoint where the journey stood).
with found as (
    select journey_key, 'loop' as signal, code as target, position, cast(times_n as double) as measure
    from loops
    union all
    select
        journey_key,
        'backtracking' as signal,
        cast(null as integer) as target,
        position,
        cast(returns_n as double) as measure
    from backtracks
    union all
    select
        journey_key,
        'error' as signal,
        cast(null as integer) as target,
        position,
        cast(null as double) as measure
    from customer_steps
    where is_error
    union all
    select journey_key, signal, cast(null as integer) as target, position, cast(null as double) as measure
    from clicks_in_vain
    union all
    select
        moves.journey_key,
        'channel_switch' as signal,
        stages.code as target,
        moves.position,
        cast(null as double) as measure
    from channel_moves moves
    join stages
        on stages.journey_key = moves.journey_key
        and (stages.stage = 0 or stages.position <= moves.from_position)
        and (stages.next_position is null or stages.next_position > moves.from_position)
    where not moves.is_planned
    union all
    select
        moves.journey_key,
        'ping_pong' as signal,
        stages.code as target,
        moves.position,
        cast(null as double) as measure
    from channel_moves moves
    join stages
        on stages.journey_key = moves.journey_key
        and (stages.stage = 0 or stages.position <= moves.moved_position)
        and (stages.next_position is null or stages.next_position > moves.position)
    where moves.channel = moves.first_channel and not (moves.is_planned and moves.was_planned)
    union all
    select journey_key, signal, target, position, measure
    from contact_marks
)
select
    found.journey_key,
    found.signal,
    found.target,
    found.position,
    steps.event_key,
    steps.at_us as known_us,
    found.measure
from found
join traced_steps steps on steps.journey_key = found.journey_key and steps.position = found.position
union all
select
    answers.journey_key,
    case answers.measure
        when 'nps' then 'low_nps'
        when 'csat' then 'low_csat'
        when 'ces' then 'low_ces'
        else 'negative_sentiment'
    end as signal,
    answers.about_code as target,
    answers.position,
    answers.event_key,
    answers.at_us as known_us,
    answers.score as measure
from experience_answers answers
left join (
    select distinct event_key, measure from experience_answers where about_code is not null
) narrower on narrower.event_key = answers.event_key and narrower.measure = answers.measure
-- What is said of a touchpoint is one sign, though it may be asked of the whole journey, too.
where answers.is_low and (answers.about_code is not null or narrower.event_key is null)
