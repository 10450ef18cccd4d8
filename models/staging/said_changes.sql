-- One row per event of a journey and attribute at which the attribute says something else than before.
with said as (
    select
        attributes.journey_key,
        attributes.position,
        known.value_no,
        lag(known.value_no) over (
            partition by attributes.journey_key, attributes.name order by attributes.position
        ) as before_no
    from said_attributes attributes
    join said_values known on known.name = attributes.name and known.value = attributes.value
)
select said.journey_key, said.position, said.value_no
from said
where said.before_no is null or said.before_no <> said.value_no
