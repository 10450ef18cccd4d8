-- One row per journey, touchpoint that customers were asked about (null: the journey), and quadrant: how those who came
-- there behaved, and what they said. Those who still stand there, or came too late to be followed, are left out.
with troubled as (
    select distinct ids.journey_key, names.code
    from journey_signals signals
    join frictions
        on frictions.journey = signals.journey
        and frictions.signal = signals.signal
        and frictions.touchpoint = signals.touchpoint
        and frictions.verdict = 'friction'
        and frictions.evidence_grade in ('A', 'B')
    join journey_ids ids on ids.journey_id = signals.journey_id
    join map_names names on names.name = signals.at_touchpoint
    where signals.journey = $journey
),
visits as (
    select
        stages.journey_key,
        stages.code,
        coalesce(stages.ending in ('abandoned', 'exited'), false) or troubled.code is not null as is_bad
    from stages
    join experience_scopes scopes on scopes.code = stages.code and stages.reached_us <= scopes.frozen_us
    left join troubled on troubled.journey_key = stages.journey_key and troubled.code = stages.code
    where coalesce(stages.ending, 'gone on') <> 'in_flight'
    union all
    select
        states.journey_key,
        -1 as code,
        states.status in ('abandoned', 'exited') or anywhere.journey_key is not null as is_bad
    from journey_states states
    join experience_scopes scopes on scopes.code = -1 and states.entered_us <= scopes.frozen_us
    left join (select distinct journey_key from troubled) anywhere on anywhere.journey_key = states.journey_key
    where states.status <> 'in_flight'
),
said as (
    select journey_key, about_code as code, max(case when is_low then 1 else 0 end) as is_low
    from experience_answers
    where about_code is not null
    group by journey_key, about_code
    union all
    select journey_key, -1 as code, max(case when is_low then 1 else 0 end) as is_low
    from experience_answers
    group by journey_key
),
judged as (
    select
        visits.code,
        case when visits.is_bad then 'bad' else 'good' end as behaviour,
        case said.is_low when 1 then 'bad' when 0 then 'good' else 'silent' end as survey,
        case when states.status in ('abandoned', 'exited') then 1 else 0 end as is_lost
    from visits
    join journey_states states on states.journey_key = visits.journey_key
    left join said on said.journey_key = visits.journey_key and said.code = visits.code
)
select
    $journey as journey,
    names.name as touchpoint,
    judged.behaviour,
    judged.survey,
    count(*) as journeys_n,
    cast(sum(judged.is_lost) as bigint) as lost_n
from judged
left join map_names names on names.code = judged.code
group by judged.code, names.name, judged.behaviour, judged.survey
order by judged.code, judged.behaviour, judged.survey
