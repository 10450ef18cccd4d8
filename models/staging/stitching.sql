-- One row per source and rule: how many of its events belong to somebody who is known by more than that one id.
with of_ids as (
    select
        events.source,
        case when owners.id_key is null then events.id_key else owners.id_key end as id_key,
        count(*) as events_n,
        count(owners.id_key) as lent_n
    from events
    left join event_owners owners on owners.event_key = events.event_key
    group by events.source, case when owners.id_key is null then events.id_key else owners.id_key end
),
parts as (
    select persons.rule, persons.person_key, count(*) as ids_n, max(nodes.is_person) as is_known
    from person_keys persons
    join identity_nodes nodes on nodes.id_key = persons.id_key
    group by persons.rule, persons.person_key
)
select
    of_ids.source,
    persons.rule,
    cast(sum(of_ids.events_n) as bigint) as events_n,
    count(distinct persons.person_key) as persons_n,
    cast(sum(case when parts.ids_n > 1 then of_ids.events_n else 0 end) as bigint) as stitched_n,
    cast(sum(case when parts.is_known = 1 then of_ids.events_n else 0 end) as bigint) as known_n,
    cast(sum(of_ids.lent_n) as bigint) as lent_n
from of_ids
join person_keys persons on persons.id_key = of_ids.id_key
join parts on parts.rule = persons.rule and parts.person_key = persons.person_key
group by of_ids.source, persons.rule
