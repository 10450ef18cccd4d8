-- One row per journey and touchpoint that it skipped against the design, as far as anybody could see.
with unseen as (
    select distinct found.journey_key, coalesce(found.code, members.code) as code
    from unseen_departures hidden
    join flow_departures found
        on found.journey_key = hidden.journey_key and found.departure_no = hidden.departure_no
    left join block_members members on members.block_no = found.block_no
)
select unseen.journey_key, unseen.code
from unseen
join journey_variants variants on variants.journey_key = unseen.journey_key
join variant_places places on places.variant_key = variants.variant_key and places.code = unseen.code
where places.is_skipped
