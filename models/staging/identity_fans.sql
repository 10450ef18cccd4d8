-- One row per linked id and id type: with how many ids of that type it was seen.
with ends as (
    select left_key as id_key, right_key as other_key from identity_pairs
    union all
    select right_key as id_key, left_key as other_key from identity_pairs
)
select ends.id_key, others.id_type as other_type, count(*) as fan_n
from ends
join identifiers others on others.id_key = ends.other_key
group by ends.id_key, others.id_type
