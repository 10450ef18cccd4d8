-- One row per deviation and place, 1 to 3: the shortest journeys that show it, one of each variant before a second.
with shown as (
    select
        departed.kind,
        departed.target,
        ids.journey_id,
        sizes.events_n,
        row_number() over (
            partition by departed.kind, departed.target, variants.variant_key order by ids.journey_id
        ) as nth
    from departed
    join journey_ids ids on ids.journey_key = departed.journey_key
    join journey_sizes sizes on sizes.journey_key = departed.journey_key
    join journey_variants variants on variants.journey_key = departed.journey_key
),
ranked as (
    select
        shown.*,
        row_number() over (partition by kind, target order by nth, events_n, journey_id) as place
    from shown
    where nth <= 3
)
select
    $journey as journey,
    ranked.kind,
    coalesce(map_names.name, letters.activity) as touchpoint,
    blocks.label as block,
    ranked.place,
    ranked.journey_id,
    ranked.events_n
from ranked
left join map_names on map_names.code = ranked.target
left join unmapped_letters letters on letters.letter = ranked.target
left join map_blocks blocks on blocks.block_no = -1 - ranked.target
where ranked.place <= 3
order by ranked.kind, ranked.target, ranked.place
