-- One row per constraint and time that it was put to a journey: kept, open, broken or unknown, from what was seen;
-- and what had to be seen, and when, for that to be known.
with put as (
    select
        marks.*,
        constraints.kind,
        constraints.first_code,
        constraints.second_code,
        constraints.at_most,
        constraints.is_same_channel,
        constraints.within_us is null as is_unlimited,
        dues.due_us,
        case
            when states.status = 'in_flight' then $as_of_us
            when states.status = 'converted' then greatest(states.ended_us, states.last_us)
            else least(states.until_us, $as_of_us)
        end as watched_until_us,
        greatest(coalesce(states.ended_us, marks.at_us), marks.at_us) as over_us,
        states.entered_us,
        states.status <> 'in_flight' as is_over
    from constraint_marks marks
    join map_constraints constraints on constraints.constraint_no = marks.constraint_no
    join journey_states states on states.journey_key = marks.journey_key
    left join constraint_dues dues
        on dues.constraint_no = marks.constraint_no
        and dues.journey_key = marks.journey_key
        and dues.position = marks.position
),
responses as (
    select
        put.*,
        case when not is_same_channel then second_us when channel is not null then second_there_us end as answer_us,
        case when not is_same_channel then null when channel is null then second_us else unknown_us end as maybe_us
    from put
    where kind = 'response' and is_first
)
select
    constraint_no,
    journey_key,
    position,
    case
        when answer_us is not null and (is_unlimited or coalesce(answer_us <= due_us, true)) then 'kept'
        when maybe_us is not null and (is_unlimited or coalesce(maybe_us <= due_us, true)) then 'unknown'
        when is_unlimited and is_over then 'broken'
        when not is_unlimited and $as_of_us > due_us then 'broken'
        else 'open'
    end as outcome,
    case when is_unlimited then over_us else due_us end as broke_us,
    position as broke_position,
    due_us,
    second_code as watched_code,
    at_us as watched_from_us,
    case when is_unlimited then watched_until_us else least(due_us, $as_of_us) end as watched_until_us
from responses
union all
select
    put.constraint_no,
    put.journey_key,
    put.position,
    case when put.second_position is null then 'kept' else 'broken' end as outcome,
    put.second_us as broke_us,
    put.second_position as broke_position,
    cast(null as bigint) as due_us,
    put.second_code as watched_code,
    put.at_us as watched_from_us,
    put.watched_until_us
from put
where put.kind = 'not_after' and put.is_first
union all
select
    put.constraint_no,
    put.journey_key,
    put.position,
    case when put.firsts_n > put.at_most then 'broken' else 'kept' end as outcome,
    put.at_us as broke_us,
    put.position as broke_position,
    cast(null as bigint) as due_us,
    put.first_code as watched_code,
    put.entered_us as watched_from_us,
    put.watched_until_us
from put
where put.kind = 'at_most'
union all
select
    put.constraint_no,
    put.journey_key,
    put.position,
    case
        when put.channel is null or before.channel is null then 'unknown'
        when put.channel = before.channel then 'kept'
        else 'broken'
    end as outcome,
    put.at_us as broke_us,
    put.position as broke_position,
    cast(null as bigint) as due_us,
    put.first_code as watched_code,
    before.at_us as watched_from_us,
    put.at_us as watched_until_us
from put
join constraint_marks before
    on before.constraint_no = put.constraint_no
    and before.journey_key = put.journey_key
    and before.position = put.first_position
where put.kind = 'same_channel' and not put.is_first
