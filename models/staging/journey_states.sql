-- One row per journey: its status at the snapshot, and when it ended.
with judged as (
    select
        journey_marks.*,
        case
            when goal_us is not null then 'converted'
            when last_exit > last_touch * 4096 + 4095 then 'exited'
            when $as_of_us - last_us > patience.patience_us then 'abandoned'
            else 'in_flight'
        end as status,
        patience.patience_us
    from journey_marks
    join patience on patience.code = journey_marks.stands_at
)
select
    openings.journey_key,
    openings.entity_key,
    openings.entity_id,
    openings.episode,
    judged.entered_us,
    judged.last_us,
    judged.goal_us,
    case judged.status
        when 'converted' then judged.goal_us
        when 'exited' then judged.exit_us
        when 'abandoned' then judged.last_us
    end as ended_us,
    case
        when judged.status in ('abandoned', 'exited') then judged.last_us + judged.patience_us
        else $as_of_us
    end as until_us,
    judged.status,
    case when judged.status = 'exited' then cast(judged.last_exit % 4096 as integer) end as exit_code,
    cast(judged.stands_at as integer) as stands_at,
    judged.entry_mark,
    coalesce(reactivations.reactivations_n, 0) as reactivations_n
from judged
join openings on openings.journey_key = judged.journey_key
left join reactivations on reactivations.journey_key = judged.journey_key
where judged.entered_us >= $valid_from_us and judged.entered_us < $valid_until_us
