-- One row per source, under one rule: how many of its events belong to somebody who is known by more than that one id.
select
    owned.source,
    $rule as rule,
    cast(sum(owned.events_n) as bigint) as events_n,
    count(distinct parts.person_key) as persons_n,
    cast(sum(case when parts.is_stitched = 1 then owned.events_n else 0 end) as bigint) as stitched_n,
    cast(sum(case when parts.is_known = 1 then owned.events_n else 0 end) as bigint) as known_n,
    cast(sum(owned.lent_n) as bigint) as lent_n
from identity_owned_events owned
join $parts parts on parts.id_key = owned.id_key
group by owned.source
