-- One row per person and touchpoint of the flow: the time in which she stood there, at most $within_us from reaching it,
-- and her contacts in it beyond the design.
with contacts as (
    select journey_key, stage, count(*) as contacts_n
    from contact_steps
    where is_demand and after_us >= 0 and after_us <= $within_us
    group by journey_key, stage
)
select
    states.entity_key,
    stages.code,
    cast(sum(
        least($within_us, coalesce(stages.next_us, least(states.until_us, $as_of_us)) - stages.reached_us)
    ) as bigint) as exposed_us,
    cast(sum(coalesce(contacts.contacts_n, 0)) as bigint) as contacts_n
from stages
join journey_states states on states.journey_key = stages.journey_key
left join contacts on contacts.journey_key = stages.journey_key and contacts.stage = stages.stage
where coalesce(stages.ending <> 'converted', true)
group by states.entity_key, stages.code
