-- One row per kind and target: occurrences, journeys, opportunities, and how the finished of these journeys ended.
-- Opportunities are the journeys that came to the place or departed there; any journey may be off the map or enter
-- wrongly, and a branch beside the one that was taken may be taken by all who came to the choice.
with marked as (
    select
        departed.journey_key,
        departed.kind,
        departed.target,
        departed.occurrences_n,
        case when departed.kind in ('late', 'overdue') then 'promise' else 'touch' end as way,
        coalesce(-1 - choices.block_no, departed.target) as place
    from departed
    left join choice_places choices on choices.code = departed.target and departed.kind = 'branch_conflict'
),
happened as (
    select
        marked.kind,
        marked.way,
        marked.target,
        marked.place,
        cast(sum(marked.occurrences_n) as bigint) as occurrences_n,
        count(*) as journeys_n,
        cast(sum(case when chances.journey_key is null then 1 else 0 end) as bigint) as elsewhere_n,
        cast(sum(case when states.status in ('abandoned', 'exited') then 1 else 0 end) as bigint) as lost_n,
        cast(sum(case when states.status <> 'in_flight' then 1 else 0 end) as bigint) as finished_n
    from marked
    join journey_states states on states.journey_key = marked.journey_key
    left join chances
        on chances.journey_key = marked.journey_key and chances.way = marked.way and chances.target = marked.place
    group by marked.kind, marked.way, marked.target, marked.place
),
possible as (
    select way, target, count(*) as reached_n from chances group by way, target
),
everyone as (
    select count(*) as journeys_n from journey_states
)
select
    happened.kind,
    happened.target,
    happened.occurrences_n,
    happened.journeys_n,
    case
        when happened.kind in ('ad_hoc', 'wrong_entry') then everyone.journeys_n
        else coalesce(possible.reached_n, 0) + happened.elsewhere_n
    end as opportunities_n,
    happened.lost_n,
    happened.finished_n
from happened
cross join everyone
left join possible on possible.way = happened.way and possible.target = happened.place
order by happened.kind, happened.target
